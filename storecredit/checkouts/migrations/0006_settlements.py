"""Each settlement of a shortfall or of credit that could not go back leaves a line."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('checkouts', '0005_refund_percent_of'),
    ]

    operations = [
        migrations.CreateModel(
            name='Settlement',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('actor_kind', models.CharField(choices=[('STAFF', 'Staff'), ('API', 'API client'), ('SYSTEM', 'System job')], max_length=6)),
                ('actor_id', models.CharField(blank=True, max_length=64)),
                ('actor_label', models.CharField(max_length=150)),
                ('door', models.CharField(max_length=64)),
                ('request_id', models.CharField(blank=True, max_length=128)),
                ('created_at', models.DateTimeField()),
                ('resolution', models.CharField(max_length=500)),
                ('deduction', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='settlement', to='checkouts.creditdeduction')),
                ('unreturned', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='settlement', to='checkouts.unreturnedcredit')),
            ],
            options={
                'abstract': False,
                'constraints': [models.CheckConstraint(condition=models.Q(('actor_kind__in', ['STAFF', 'API', 'SYSTEM']), models.Q(('actor_label', ''), _negated=True), models.Q(('door', ''), _negated=True)), name='checkouts_settlement_says_who_and_how'), models.CheckConstraint(condition=models.Q(models.Q(('deduction__isnull', True), ('unreturned__isnull', False)), models.Q(('deduction__isnull', False), ('unreturned__isnull', True)), _connector='OR'), name='checkouts_settlement_of_one_thing'), models.CheckConstraint(condition=models.Q(('resolution', ''), _negated=True), name='checkouts_settlement_says_how')],
            },
        ),
    ]
