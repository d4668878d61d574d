"""An event that failed is settled by staff, with a line that says how."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('checkouts', '0008_indexes_of_searches'),
    ]

    operations = [
        migrations.AlterModelOptions(
            name='webhookevent',
            options={'permissions': [('run_webhook_event', 'Can run a webhook event again'), ('resolve_webhook_event', 'Can settle a webhook event that failed')]},
        ),
        migrations.RemoveConstraint(
            model_name='settlement',
            name='checkouts_settlement_of_one_thing',
        ),
        migrations.RemoveConstraint(
            model_name='webhookevent',
            name='checkouts_webhookevent_state_known',
        ),
        migrations.AddField(
            model_name='settlement',
            name='event',
            field=models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='settlement', to='checkouts.webhookevent'),
        ),
        migrations.AlterField(
            model_name='webhookevent',
            name='state',
            field=models.CharField(choices=[('RECEIVED', 'Received'), ('PROCESSED', 'Processed'), ('IGNORED', 'Ignored'), ('FAILED', 'Failed'), ('SETTLED', 'Settled')], default='RECEIVED', max_length=9),
        ),
        migrations.AddConstraint(
            model_name='settlement',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('deduction__isnull', False), ('event__isnull', True), ('unreturned__isnull', True)), models.Q(('deduction__isnull', True), ('event__isnull', True), ('unreturned__isnull', False)), models.Q(('deduction__isnull', True), ('event__isnull', False), ('unreturned__isnull', True)), _connector='OR'), name='checkouts_settlement_of_one_thing'),
        ),
        migrations.AddConstraint(
            model_name='webhookevent',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['RECEIVED', 'PROCESSED', 'IGNORED', 'FAILED', 'SETTLED'])), name='checkouts_webhookevent_state_known'),
        ),
    ]
