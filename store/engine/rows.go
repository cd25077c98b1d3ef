package engine

import "context"

// Row is one row of a query's result.
type Row interface {
	Scan(dest ...any) error
}

// Reader runs queries.
type Reader interface {
	// Query calls fn for each row of the result and returns the first error of
	// fn or of the database.
	Query(ctx context.Context, fn func(Row) error, query string, args ...any) error
}

// One returns the only row of a result, and whether there is one.
func One[T any](ctx context.Context, r Reader, scan func(Row) (T, error), query string, args ...any) (
	item T,
	ok bool,
	err error,
) {
	err = r.Query(ctx, func(row Row) error {
		var err error
		item, err = scan(row)
		ok = true
		return err
	}, query, args...)
	return item, ok && err == nil, err
}

// List returns all rows of a result.
func List[T any](ctx context.Context, r Reader, scan func(Row) (T, error), query string, args ...any) ([]T, error) {
	var items []T
	err := r.Query(ctx, func(row Row) error {
		item, err := scan(row)
		items = append(items, item)
		return err
	}, query, args...)
	return items, err
}

// ScanText scans a row with one column of text.
func ScanText(r Row) (s string, err error) {
	err = r.Scan(&s)
	return s, err
}

// ScanNumber scans a row with one column of integers.
func ScanNumber(r Row) (n int64, err error) {
	err = r.Scan(&n)
	return n, err
}
