package store

import (
	"context"
	"embed"
	"fmt"
	"io/fs"

	"gatehouse/store/engine"
)

//go:embed migrations/*.sql
var embedded embed.FS

func migrations() (fs.FS, error) {
	files, err := fs.Sub(embedded, "migrations")
	if err != nil {
		return nil, fmt.Errorf("find the migrations: %w", err)
	}
	return files, nil
}

// Schema returns the schema version of a database, 0 for an empty one, and the
// version that this program needs. It changes nothing; Open migrates.
func Schema(ctx context.Context, dsn string) (has, wants int64, err error) {
	defer func() { doing(&err, "read the version of the schema") }()
	files, err := migrations()
	if err != nil {
		return 0, 0, err
	}
	return engine.SchemaVersion(ctx, dsn, files)
}

// Migrate brings the schema of a database up to date, and writes nothing else. [Open]
// migrates, too.
func Migrate(ctx context.Context, dsn string) (err error) {
	defer func() { doing(&err, "migrate") }()
	files, err := migrations()
	if err != nil {
		return err
	}
	db, err := engine.Open(ctx, dsn, files)
	if err != nil {
		return err
	}
	return db.Close()
}
