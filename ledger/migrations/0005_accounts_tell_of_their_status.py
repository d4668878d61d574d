"""Each change of an account's state leaves a line."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('ledger', '0004_lot_expiries'),
    ]

    operations = [
        migrations.CreateModel(
            name='AccountEvent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('from_status', models.CharField(choices=[('OPEN', 'Open'), ('FROZEN', 'Frozen'), ('CLOSED', 'Closed')], max_length=6)),
                ('to_status', models.CharField(choices=[('OPEN', 'Open'), ('FROZEN', 'Frozen'), ('CLOSED', 'Closed')], max_length=6)),
                ('why', models.CharField(blank=True, max_length=500)),
                ('actor_kind', models.CharField(choices=[('STAFF', 'Staff'), ('API', 'API client'), ('SYSTEM', 'System job')], max_length=6)),
                ('actor_id', models.CharField(blank=True, max_length=64)),
                ('actor_label', models.CharField(max_length=150)),
                ('door', models.CharField(max_length=64)),
                ('request_id', models.CharField(blank=True, max_length=128)),
                ('created_at', models.DateTimeField()),
                ('account', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='events', to='ledger.account')),
            ],
            options={
                'indexes': [models.Index(fields=['account', 'id'], name='ledger_accountevent_of')],
                'constraints': [models.CheckConstraint(condition=models.Q(('from_status__in', ['OPEN', 'FROZEN', 'CLOSED']), ('to_status__in', ['OPEN', 'FROZEN', 'CLOSED'])), name='ledger_accountevent_status_known'), models.CheckConstraint(condition=models.Q(('from_status', models.F('to_status')), _negated=True), name='ledger_accountevent_changes'), models.CheckConstraint(condition=models.Q(('actor_kind__in', ['STAFF', 'API', 'SYSTEM']), models.Q(('actor_label', ''), _negated=True), models.Q(('door', ''), _negated=True)), name='ledger_accountevent_says_who_and_how')],
            },
        ),
    ]
