"""Fills the empty database that the environment names."""

import django

if __name__ == "__main__":
    django.setup()
    from tests.benchmarks.million.copying import STRIDE, copy_template
    from tests.benchmarks.million.keeping import COPIES
    from tests.benchmarks.million.template import CUSTOMERS, make_tables, make_template, this_moment

    now = this_moment()
    make_tables()
    make_template(first_id=STRIDE * COPIES, first_customer=CUSTOMERS * COPIES, now=now)
    copy_template(copies=COPIES, now=now)
