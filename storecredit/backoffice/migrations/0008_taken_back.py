from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("backoffice", "0007_notices")]

    operations = [
        migrations.AddField(
            model_name="shippedgrant",
            name="taken_back_at",
            field=models.DateTimeField(editable=False, null=True),
        ),
    ]
