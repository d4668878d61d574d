from tests.flush import let_the_flush_empty_the_books

let_the_flush_empty_the_books()
