"""Batches and files that wait are told of as credit requests are; a file is rejected, gone on with or ended halfway."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


def refuse_going_back(apps, schema_editor):
    """Files that were ended and what was told are kept for ever, and the tables of before know no such kinds."""
    if apps.get_model('backoffice', 'ImportRun').objects.filter(state__in=['REJECTED', 'STOPPED']).exists():
        raise RuntimeError('Files were rejected or stopped: the tables of before have no room for them.')
    told = ['BATCH', 'BATCH_END', 'FILE', 'FILE_END']
    if apps.get_model('backoffice', 'Notice').objects.filter(kind__in=told).exists():
        raise RuntimeError('Somebody was told of batches or files: the tables of before have no room for it.')


class Migration(migrations.Migration):

    dependencies = [
        ('backoffice', '0017_imports_confirmed_by_another'),
        ('credits', '0014_holds_know_who_changed_them'),
        ('finance', '0007_months_of_corrections'),
        ('giftcards', '0012_rejected_batches'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='importrun',
            name='backoffice_importrun_state_known',
        ),
        migrations.RemoveConstraint(
            model_name='notice',
            name='backoffice_notice_of_one_thing',
        ),
        migrations.RemoveConstraint(
            model_name='notice',
            name='backoffice_notice_of_finance',
        ),
        migrations.AddField(
            model_name='importrun',
            name='carried_on_by',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='importrun',
            name='ended_because',
            field=models.CharField(blank=True, max_length=500),
        ),
        migrations.AddField(
            model_name='importrun',
            name='ended_by',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='notice',
            name='batch',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='giftcards.cardbatch'),
        ),
        migrations.AddField(
            model_name='notice',
            name='file',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='backoffice.importrun'),
        ),
        migrations.AlterField(
            model_name='importrun',
            name='state',
            field=models.CharField(choices=[('UPLOADING', 'Uploading'), ('MAPPING', 'Columns'), ('CHECKING', 'Dry run'), ('CHECKED', 'Checked'), ('RUNNING', 'Running'), ('DONE', 'Done'), ('DROPPED', 'Dropped'), ('REJECTED', 'Rejected'), ('STOPPED', 'Stopped halfway')], default='UPLOADING', max_length=9),
        ),
        migrations.AlterField(
            model_name='notice',
            name='kind',
            field=models.CharField(choices=[('WAITS', 'A request waits for them'), ('DECIDED', 'What they asked for is decided'), ('MENTIONED', 'A comment calls them'), ('CHANGE', 'A change of access waits for them'), ('CHANGED', 'The change of access that they asked for is decided'), ('CLOSING', 'A month waits for them'), ('CORRECT', 'A correction waits for them'), ('RATE', 'A breakage rate waits for them'), ('CUSTOMER', 'Something about a customer waits for them'), ('BATCH', 'A batch of cards waits for them'), ('BATCH_END', 'The batch of cards that they planned is decided'), ('FILE', 'A file waits for them'), ('FILE_END', 'The file that they uploaded is decided')], max_length=9),
        ),
        migrations.AddConstraint(
            model_name='importrun',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['UPLOADING', 'MAPPING', 'CHECKING', 'CHECKED', 'RUNNING', 'DONE', 'DROPPED', 'REJECTED', 'STOPPED'])), name='backoffice_importrun_state_known'),
        ),
        migrations.AddConstraint(
            model_name='importrun',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('ended_by__isnull', False), ('state__in', ('REJECTED', 'STOPPED')), models.Q(('ended_because', ''), _negated=True)), models.Q(('ended_because', ''), ('ended_by__isnull', True), models.Q(('state__in', ('REJECTED', 'STOPPED')), _negated=True)), _connector='OR'), name='backoffice_importrun_ended_for_a_reason'),
        ),
        migrations.AddConstraint(
            model_name='importrun',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'REJECTED'), _negated=True), models.Q(('ended_by', models.F('started_by')), _negated=True), _connector='OR'), name='backoffice_importrun_rejected_by_another'),
        ),
        migrations.AddConstraint(
            model_name='notice',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('batch__isnull', False), ('change__isnull', True), ('closing__isnull', True), ('correction__isnull', True), ('customer_request__isnull', True), ('event__isnull', True), ('file__isnull', True), ('kind__in', ['BATCH', 'BATCH_END']), ('mention__isnull', True), ('rate__isnull', True)), models.Q(('batch__isnull', True), ('change__isnull', False), ('closing__isnull', True), ('correction__isnull', True), ('customer_request__isnull', True), ('event__isnull', True), ('file__isnull', True), ('kind__in', ['CHANGE', 'CHANGED']), ('mention__isnull', True), ('rate__isnull', True)), models.Q(('batch__isnull', True), ('change__isnull', True), ('closing__isnull', False), ('correction__isnull', True), ('customer_request__isnull', True), ('event__isnull', True), ('file__isnull', True), ('kind__in', ['CLOSING']), ('mention__isnull', True), ('rate__isnull', True)), models.Q(('batch__isnull', True), ('change__isnull', True), ('closing__isnull', True), ('correction__isnull', False), ('customer_request__isnull', True), ('event__isnull', True), ('file__isnull', True), ('kind__in', ['CORRECT']), ('mention__isnull', True), ('rate__isnull', True)), models.Q(('batch__isnull', True), ('change__isnull', True), ('closing__isnull', True), ('correction__isnull', True), ('customer_request__isnull', False), ('event__isnull', True), ('file__isnull', True), ('kind__in', ['CUSTOMER']), ('mention__isnull', True), ('rate__isnull', True)), models.Q(('batch__isnull', True), ('change__isnull', True), ('closing__isnull', True), ('correction__isnull', True), ('customer_request__isnull', True), ('event__isnull', False), ('file__isnull', True), ('kind__in', ['WAITS', 'DECIDED']), ('mention__isnull', True), ('rate__isnull', True)), models.Q(('batch__isnull', True), ('change__isnull', True), ('closing__isnull', True), ('correction__isnull', True), ('customer_request__isnull', True), ('event__isnull', True), ('file__isnull', False), ('kind__in', ['FILE', 'FILE_END']), ('mention__isnull', True), ('rate__isnull', True)), models.Q(('batch__isnull', True), ('change__isnull', True), ('closing__isnull', True), ('correction__isnull', True), ('customer_request__isnull', True), ('event__isnull', True), ('file__isnull', True), ('kind__in', ['MENTIONED']), ('mention__isnull', False), ('rate__isnull', True)), models.Q(('batch__isnull', True), ('change__isnull', True), ('closing__isnull', True), ('correction__isnull', True), ('customer_request__isnull', True), ('event__isnull', True), ('file__isnull', True), ('kind__in', ['RATE']), ('mention__isnull', True), ('rate__isnull', False)), _connector='OR'), name='backoffice_notice_of_one_thing'),
        ),
        migrations.AddConstraint(
            model_name='notice',
            constraint=models.UniqueConstraint(fields=('batch', 'kind', 'person'), name='backoffice_notice_once_of_batch'),
        ),
        migrations.AddConstraint(
            model_name='notice',
            constraint=models.UniqueConstraint(fields=('file', 'kind', 'person'), name='backoffice_notice_once_of_file'),
        ),
        migrations.RunPython(migrations.RunPython.noop, refuse_going_back),
    ]
