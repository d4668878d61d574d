"""A batch of cards that waits is rejected for a reason, and its name is free again."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


def refuse_going_back(apps, schema_editor):
    """A rejected batch is told for ever, and the tables of before know no such state."""
    if apps.get_model('giftcards', 'CardBatch').objects.filter(status='REJECTED').exists():
        raise RuntimeError('Batches of cards were rejected: the tables of before have no room for them.')


class Migration(migrations.Migration):

    dependencies = [
        ('giftcards', '0011_batches_that_wait'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='cardbatch',
            name='giftcards_cardbatch_name_unique',
        ),
        migrations.AddField(
            model_name='cardbatch',
            name='rejected_at',
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name='cardbatch',
            name='rejected_because',
            field=models.CharField(blank=True, editable=False, max_length=500),
        ),
        migrations.AddField(
            model_name='cardbatch',
            name='rejected_by',
            field=models.ForeignKey(db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AlterField(
            model_name='cardbatch',
            name='status',
            field=models.CharField(choices=[('PLANNED', 'Planned'), ('RUNNING', 'Being made'), ('READY', 'Ready'), ('REJECTED', 'Rejected')], default='PLANNED', editable=False, max_length=8),
        ),
        migrations.AddConstraint(
            model_name='cardbatch',
            constraint=models.UniqueConstraint(condition=models.Q(('status', 'REJECTED'), _negated=True), fields=('name',), name='giftcards_cardbatch_name_unique'),
        ),
        migrations.AddConstraint(
            model_name='cardbatch',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('rejected_at__isnull', True), ('rejected_because', ''), ('rejected_by__isnull', True), models.Q(('status', 'REJECTED'), _negated=True)), models.Q(('approved_by__isnull', True), ('made', 0), ('rejected_at__isnull', False), ('rejected_by__isnull', False), ('status', 'REJECTED'), ('waits', False), models.Q(('rejected_because', ''), _negated=True), models.Q(('rejected_by', models.F('planned_by')), _negated=True)), _connector='OR'), name='giftcards_cardbatch_rejected_with_reason'),
        ),
        migrations.RunPython(migrations.RunPython.noop, refuse_going_back),
    ]
