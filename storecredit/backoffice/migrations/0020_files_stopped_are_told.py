"""That a file was stopped halfway is told to whoever uploaded it, also after they were told that it was confirmed."""

from django.conf import settings
from django.db import migrations, models


def refuse_going_back(apps, schema_editor):
    """What was told is kept for ever, and the tables of before know no such kind."""
    if apps.get_model('backoffice', 'Notice').objects.filter(kind='FILE_STOP').exists():
        raise RuntimeError('Somebody was told of stopped files: the tables of before have no room for it.')


class Migration(migrations.Migration):

    dependencies = [
        ('backoffice', '0019_factors_and_keys_by_two'),
        ('credits', '0015_what_people_give_in_a_day'),
        ('finance', '0007_months_of_corrections'),
        ('giftcards', '0012_rejected_batches'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='notice',
            name='backoffice_notice_of_one_thing',
        ),
        migrations.AlterField(
            model_name='notice',
            name='kind',
            field=models.CharField(choices=[('WAITS', 'A request waits for them'), ('DECIDED', 'What they asked for is decided'), ('MENTIONED', 'A comment calls them'), ('CHANGE', 'A change of access waits for them'), ('CHANGED', 'The change of access that they asked for is decided'), ('CLOSING', 'A month waits for them'), ('CORRECT', 'A correction waits for them'), ('RATE', 'A breakage rate waits for them'), ('CUSTOMER', 'Something about a customer waits for them'), ('BATCH', 'A batch of cards waits for them'), ('BATCH_END', 'The batch of cards that they planned is decided'), ('FILE', 'A file waits for them'), ('FILE_END', 'The file that they uploaded is decided'), ('FILE_STOP', 'The file that they uploaded was stopped halfway')], max_length=9),
        ),
        migrations.AddConstraint(
            model_name='notice',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('batch__isnull', False), ('change__isnull', True), ('closing__isnull', True), ('correction__isnull', True), ('customer_request__isnull', True), ('event__isnull', True), ('file__isnull', True), ('kind__in', ['BATCH', 'BATCH_END']), ('mention__isnull', True), ('rate__isnull', True)), models.Q(('batch__isnull', True), ('change__isnull', False), ('closing__isnull', True), ('correction__isnull', True), ('customer_request__isnull', True), ('event__isnull', True), ('file__isnull', True), ('kind__in', ['CHANGE', 'CHANGED']), ('mention__isnull', True), ('rate__isnull', True)), models.Q(('batch__isnull', True), ('change__isnull', True), ('closing__isnull', False), ('correction__isnull', True), ('customer_request__isnull', True), ('event__isnull', True), ('file__isnull', True), ('kind__in', ['CLOSING']), ('mention__isnull', True), ('rate__isnull', True)), models.Q(('batch__isnull', True), ('change__isnull', True), ('closing__isnull', True), ('correction__isnull', False), ('customer_request__isnull', True), ('event__isnull', True), ('file__isnull', True), ('kind__in', ['CORRECT']), ('mention__isnull', True), ('rate__isnull', True)), models.Q(('batch__isnull', True), ('change__isnull', True), ('closing__isnull', True), ('correction__isnull', True), ('customer_request__isnull', False), ('event__isnull', True), ('file__isnull', True), ('kind__in', ['CUSTOMER']), ('mention__isnull', True), ('rate__isnull', True)), models.Q(('batch__isnull', True), ('change__isnull', True), ('closing__isnull', True), ('correction__isnull', True), ('customer_request__isnull', True), ('event__isnull', False), ('file__isnull', True), ('kind__in', ['WAITS', 'DECIDED']), ('mention__isnull', True), ('rate__isnull', True)), models.Q(('batch__isnull', True), ('change__isnull', True), ('closing__isnull', True), ('correction__isnull', True), ('customer_request__isnull', True), ('event__isnull', True), ('file__isnull', False), ('kind__in', ['FILE', 'FILE_END', 'FILE_STOP']), ('mention__isnull', True), ('rate__isnull', True)), models.Q(('batch__isnull', True), ('change__isnull', True), ('closing__isnull', True), ('correction__isnull', True), ('customer_request__isnull', True), ('event__isnull', True), ('file__isnull', True), ('kind__in', ['MENTIONED']), ('mention__isnull', False), ('rate__isnull', True)), models.Q(('batch__isnull', True), ('change__isnull', True), ('closing__isnull', True), ('correction__isnull', True), ('customer_request__isnull', True), ('event__isnull', True), ('file__isnull', True), ('kind__in', ['RATE']), ('mention__isnull', True), ('rate__isnull', False)), _connector='OR'), name='backoffice_notice_of_one_thing'),
        ),
        migrations.RunPython(migrations.RunPython.noop, refuse_going_back),
    ]
