"""
Mail on its way out, through Django's back end: it went, or it is said why not.

Whoever sends while somebody waits says so to them. What must arrive is queued by its domain and tried again.
"""

from smtplib import SMTPException

from django.core.mail import EmailMultiAlternatives


class MailNotSent(Exception):
    """
    The mail server was not reached, or did not take a mail, or the address is one that no mail can go to.

    Whether it has it all the same is not known: whoever sends it again may send it twice.
    """


def send_mail(*, to: str, subject: str, text: str, html: str = "") -> None:
    """
    Hand one mail to the mail server. Never inside a transaction: a mail cannot be taken back.

    :param subject: in one line.
    :param html: the same as `text` for those who like it better; blank for none.
    :raises MailNotSent: if it was not taken.
    """
    mail = EmailMultiAlternatives(subject, text, to=[to])
    if html:
        mail.attach_alternative(html, "text/html")
    try:
        taken = mail.send()
    except (OSError, SMTPException, ValueError) as error:
        # A ValueError is what Django says of an address that no header can hold.
        # What the server answers may repeat the mail.
        raise MailNotSent(type(error).__name__) from error
    if not taken:
        raise MailNotSent("nobody took it")
