"""Which customer a login is itself."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('credits', '0011_what_people_did'),
        ('ledger', '0022_what_people_did'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='PersonCustomer',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('linked_at', models.DateTimeField()),
                ('customer', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='as_person', to='ledger.customer')),
                ('person', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='as_customer', to=settings.AUTH_USER_MODEL)),
            ],
        ),
    ]
