"""Whoever brings money into the books by a file has another person confirm it; what came in before stays as it is."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('backoffice', '0016_changes_under_way'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='importrun',
            name='confirmed_by',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddConstraint(
            model_name='importrun',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('kind__in', ('cards', 'opening-balances')), _negated=True), ('test_mode', True), ('confirmed_by__isnull', True), models.Q(('confirmed_by', models.F('started_by')), _negated=True), _connector='OR'), name='backoffice_importrun_value_confirmed_by_another'),
        ),
    ]
