"""A limit by day for whoever gives alone, and what each person has given on a day."""

import django.db.models.deletion
import djmoney.models.fields
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('auth', '0012_alter_user_first_name_max_length'),
        ('credits', '0014_holds_know_who_changed_them'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='GivenDay',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('day', models.DateField()),
                ('currency', models.CharField(max_length=3)),
                ('test_mode', models.BooleanField()),
                ('given_minor', models.BigIntegerField()),
            ],
        ),
        migrations.AddField(
            model_name='issueceiling',
            name='per_day',
            field=djmoney.models.fields.MoneyField(blank=True, currency_field_name='currency', decimal_places=4, default_currency=None, max_digits=20, null=True, verbose_name='per day'),
        ),
        migrations.AddField(
            model_name='issuelimit',
            name='per_day',
            field=djmoney.models.fields.MoneyField(blank=True, currency_field_name='currency', decimal_places=4, default_currency=None, max_digits=20, null=True, verbose_name='per day'),
        ),
        migrations.AddConstraint(
            model_name='issueceiling',
            constraint=models.CheckConstraint(condition=models.Q(('per_day__isnull', True), ('per_day__gte', 0), _connector='OR'), name='credits_issueceiling_day_not_negative'),
        ),
        migrations.AddConstraint(
            model_name='issuelimit',
            constraint=models.CheckConstraint(condition=models.Q(('per_day__isnull', True), ('per_day__gte', 0), _connector='OR'), name='credits_issuelimit_day_not_negative'),
        ),
        migrations.AddField(
            model_name='givenday',
            name='person',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='given_days', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddConstraint(
            model_name='givenday',
            constraint=models.UniqueConstraint(fields=('person', 'day', 'currency', 'test_mode'), name='credits_givenday_one_per_currency'),
        ),
        migrations.AddConstraint(
            model_name='givenday',
            constraint=models.CheckConstraint(condition=models.Q(('given_minor__gt', 0)), name='credits_givenday_positive'),
        ),
    ]
