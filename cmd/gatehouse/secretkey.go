package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"gatehouse/config"
	"gatehouse/sso"
	"gatehouse/store"
)

// keyFile is the name of the secret key's file in data_dir, for SQLite.
const keyFile = "secret.key"

// keyring returns the keys that seal secrets at rest. On SQLite, which has one node,
// a key that is not configured is created once and kept next to the database.
func keyring(c config.Config) (store.Keyring, error) {
	ring := store.Keyring{Current: c.SecretKey, Previous: c.SecretKeyPrevious}
	if ring.Current != "" {
		return ring, nil
	}
	if err := os.MkdirAll(c.DataDir, 0o700); err != nil {
		return ring, fmt.Errorf("make data_dir: %w", err)
	}
	path := filepath.Join(c.DataDir, keyFile)
	var err error
	if ring.Current, err = readKey(path); !errors.Is(err, fs.ErrNotExist) {
		return ring, err
	}
	if err := mustBeNew(c.Database, path); err != nil {
		return ring, err
	}
	if err := makeKey(path); err != nil {
		return ring, err
	}
	ring.Current, err = readKey(path)
	return ring, err
}

// mustBeNew fails if the database already exists. A new key could open none of its
// secrets, and once written it would look like the right one.
func mustBeNew(database config.Address, key string) error {
	file := strings.TrimPrefix(strings.TrimPrefix(database.Reveal(), "sqlite:"), "//")
	info, err := os.Stat(file)
	if errors.Is(err, fs.ErrNotExist) || err == nil && info.Size() == 0 {
		return nil
	}
	if err != nil {
		return fmt.Errorf("look for the database: %w", err)
	}
	return fmt.Errorf(
		"%s is missing, and %s cannot be read without it: restore the file from a backup, or set secret_key to the key it held; nothing was changed",
		key, file,
	)
}

func readKey(path string) (sso.Secret, error) {
	text, err := os.ReadFile(path) //nolint:gosec // in data_dir
	if err != nil {
		return "", fmt.Errorf("read the secret key: %w", err)
	}
	key := sso.Secret(strings.TrimSpace(string(text)))
	if key == "" {
		return "", fmt.Errorf("%s is empty: restore it from a backup", path)
	}
	return key, nil
}

// makeKey writes a new key atomically: a partly written key, or one overwritten by
// another starting process, would make all secrets unreadable.
func makeKey(path string) error {
	f, err := os.CreateTemp(filepath.Dir(path), keyFile+".*") // readable by its owner only
	if err != nil {
		return fmt.Errorf("make a secret key: %w", err)
	}
	defer os.Remove(f.Name()) //nolint:errcheck // the hard link remains
	_, err = f.WriteString(store.NewKey().Reveal() + "\n")
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return fmt.Errorf("write the secret key: %w", err)
	}
	if err := os.Link(f.Name(), path); err != nil && !errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("keep the secret key: %w", err)
	}
	return nil
}
