
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('ledger', '0017_totals_by_day'),
    ]

    operations = [
        migrations.CreateModel(
            name='Cut',
            fields=[
                ('actor_kind', models.CharField(choices=[('STAFF', 'Staff'), ('API', 'API client'), ('SYSTEM', 'System job')], max_length=6)),
                ('actor_id', models.CharField(blank=True, max_length=64)),
                ('actor_label', models.CharField(max_length=150)),
                ('door', models.CharField(max_length=64)),
                ('number', models.BigIntegerField(primary_key=True, serialize=False)),
                ('boundary', models.DateTimeField()),
                ('taken_at', models.DateTimeField()),
                ('marks', models.JSONField(default=dict)),
                ('guards', models.CharField(max_length=64)),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='CutBucket',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('currency', models.CharField(max_length=3)),
                ('kind', models.CharField(choices=[('STORE_CREDIT', 'Store credit'), ('GIFT_CARD', 'Gift card')], max_length=12)),
                ('funding', models.CharField(choices=[('PAID', 'Paid by the customer'), ('GOODWILL', 'Goodwill'), ('PROMOTION', 'Promotion'), ('REFUND', 'Refund kept as credit'), ('IMPORTED', 'Imported from another system')], max_length=9)),
                ('type', models.CharField(choices=[('ISSUE', 'Issue'), ('LOAD', 'Load'), ('REDEEM', 'Redemption'), ('REFUND', 'Refund'), ('REVERSE', 'Reversal'), ('ADJUST', 'Adjustment'), ('EXPIRE', 'Expiry'), ('VOID', 'Void'), ('TRANSFER', 'Transfer'), ('IMPORT', 'Import')], max_length=8)),
                ('counter_account', models.CharField(choices=[('CASH', 'Cash'), ('GOODWILL', 'Goodwill'), ('PROMOTION', 'Promotion'), ('RETURNS', 'Returns'), ('SALES', 'Sales'), ('BREAKAGE', 'Breakage'), ('ADJUSTMENTS', 'Adjustments'), ('TRANSFERS', 'Transfers'), ('OPENING', 'Opening balances')], max_length=11)),
                ('test_mode', models.BooleanField()),
            ],
        ),
        migrations.CreateModel(
            name='CutFigure',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('count', models.BigIntegerField()),
                ('gained_minor', models.BigIntegerField()),
                ('lost_minor', models.BigIntegerField()),
                ('closing_count', models.BigIntegerField()),
                ('closing_gained_minor', models.BigIntegerField()),
                ('closing_lost_minor', models.BigIntegerField()),
            ],
        ),
        migrations.CreateModel(
            name='CutSeal',
            fields=[
                ('cut', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='seal', serialize=False, to='ledger.cut')),
                ('entries', models.BigIntegerField()),
                ('digest', models.CharField(max_length=64)),
                ('previous_digest', models.CharField(blank=True, max_length=64)),
                ('public_key', models.CharField(blank=True, max_length=64)),
                ('signature', models.CharField(blank=True, max_length=128)),
                ('sealed_at', models.DateTimeField()),
            ],
        ),
        migrations.AddConstraint(
            model_name='cut',
            constraint=models.CheckConstraint(condition=models.Q(('actor_kind__in', ['STAFF', 'API', 'SYSTEM']), models.Q(('actor_label', ''), _negated=True), models.Q(('door', ''), _negated=True)), name='ledger_cut_says_who_and_how'),
        ),
        migrations.AddConstraint(
            model_name='cut',
            constraint=models.UniqueConstraint(fields=('boundary',), name='ledger_cut_boundary_unique'),
        ),
        migrations.AddConstraint(
            model_name='cut',
            constraint=models.CheckConstraint(condition=models.Q(('number__gte', 1)), name='ledger_cut_number_positive'),
        ),
        migrations.AddConstraint(
            model_name='cut',
            constraint=models.CheckConstraint(condition=models.Q(('boundary__lte', models.F('taken_at'))), name='ledger_cut_closes_the_past_alone'),
        ),
        migrations.AddConstraint(
            model_name='cutbucket',
            constraint=models.UniqueConstraint(fields=('currency', 'kind', 'funding', 'type', 'counter_account', 'test_mode'), name='ledger_cutbucket_once'),
        ),
        migrations.AddConstraint(
            model_name='cutbucket',
            constraint=models.CheckConstraint(condition=models.Q(('counter_account__in', ['CASH', 'GOODWILL', 'PROMOTION', 'RETURNS', 'SALES', 'BREAKAGE', 'ADJUSTMENTS', 'TRANSFERS', 'OPENING']), ('funding__in', ['PAID', 'GOODWILL', 'PROMOTION', 'REFUND', 'IMPORTED']), ('kind__in', ['STORE_CREDIT', 'GIFT_CARD']), ('type__in', ['ISSUE', 'LOAD', 'REDEEM', 'REFUND', 'REVERSE', 'ADJUST', 'EXPIRE', 'VOID', 'TRANSFER', 'IMPORT'])), name='ledger_cutbucket_words_known'),
        ),
        migrations.AddField(
            model_name='cutfigure',
            name='bucket',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='figures', to='ledger.cutbucket'),
        ),
        migrations.AddField(
            model_name='cutfigure',
            name='cut',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='figures', to='ledger.cut'),
        ),
        migrations.AddConstraint(
            model_name='cutseal',
            constraint=models.CheckConstraint(condition=models.Q(('entries__gte', 0)), name='ledger_cutseal_entries_not_negative'),
        ),
        migrations.AddConstraint(
            model_name='cutseal',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('public_key', ''), ('signature', '')), models.Q(models.Q(('signature', ''), _negated=True), models.Q(('public_key', ''), _negated=True)), _connector='OR'), name='ledger_cutseal_signature_names_its_key'),
        ),
        migrations.AddConstraint(
            model_name='cutfigure',
            constraint=models.UniqueConstraint(fields=('bucket', 'cut'), name='ledger_cutfigure_once'),
        ),
        migrations.AddConstraint(
            model_name='cutfigure',
            constraint=models.CheckConstraint(condition=models.Q(('count__gte', 1)), name='ledger_cutfigure_count_positive'),
        ),
        migrations.AddConstraint(
            model_name='cutfigure',
            constraint=models.CheckConstraint(condition=models.Q(('gained_minor__gte', 0), ('lost_minor__gte', 0), ('closing_gained_minor__gte', models.F('gained_minor')), ('closing_lost_minor__gte', models.F('lost_minor'))), name='ledger_cutfigure_sums_not_negative'),
        ),
    ]
