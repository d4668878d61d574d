"""Ending the link of a person to a customer waits for a second administrator."""

from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('backoffice', '0012_what_people_did'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='accesschange',
            name='backoffice_accesschange_kind_known',
        ),
        migrations.AlterField(
            model_name='accesschange',
            name='kind',
            field=models.CharField(choices=[('PERSON', 'What a person may do'), ('ROLE', 'What a role may do'), ('APPROVER_LIMIT', 'Approver limit'), ('ISSUE_LIMIT', 'Issue limit'), ('ISSUE_CEILING', 'Issue ceiling'), ('POLICY', 'Approval policy'), ('CLIENT', 'What an API client may do'), ('CUSTOMER', 'Which customer a person is')], max_length=14, verbose_name='kind'),
        ),
        migrations.AddConstraint(
            model_name='accesschange',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['PERSON', 'ROLE', 'APPROVER_LIMIT', 'ISSUE_LIMIT', 'ISSUE_CEILING', 'POLICY', 'CLIENT', 'CUSTOMER'])), name='backoffice_accesschange_kind_known'),
        ),
    ]
