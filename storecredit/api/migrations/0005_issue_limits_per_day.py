import django.db.models.deletion
import storecredit.api.models
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('api', '0004_issue_limits'),
    ]

    operations = [
        migrations.AddField(
            model_name='apiclient',
            name='issue_limits_per_day',
            field=models.JSONField(blank=True, default=dict, help_text='The most that the client may issue in one day of the shop, in minor units by currency. With any limit of either kind it issues nothing in a currency that neither names.', validators=[storecredit.api.models.validate_issue_limits], verbose_name='most issued in a day'),
        ),
        migrations.AlterField(
            model_name='apiclient',
            name='issue_limits',
            field=models.JSONField(blank=True, default=dict, help_text='The most that the client may issue at once, in minor units by currency.', validators=[storecredit.api.models.validate_issue_limits], verbose_name='largest single issue'),
        ),
        migrations.CreateModel(
            name='IssuedDay',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('day', models.DateField()),
                ('currency', models.CharField(max_length=3)),
                ('issued_minor', models.BigIntegerField()),
                ('client', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='issued_days', to='api.apiclient')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('client', 'day', 'currency'), name='api_issuedday_one_per_currency'), models.CheckConstraint(condition=models.Q(('issued_minor__gte', 0)), name='api_issuedday_not_negative')],
            },
        ),
    ]
