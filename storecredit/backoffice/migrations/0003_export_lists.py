from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('backoffice', '0002_imports'),
    ]

    operations = [
        migrations.AlterModelOptions(
            name='shippedgrant',
            options={'permissions': [('export_lists', 'Can export lists')]},
        ),
    ]
