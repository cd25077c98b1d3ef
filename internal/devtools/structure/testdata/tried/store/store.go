package store

const Limit = 3

// sweeps is reached through a variable.
var sweeps = []func(*DB){(*DB).forget}

type DB struct{ last string }

func (db *DB) exec(query string) { db.last = query }

func (db *DB) Create(name string) { db.insert(name) }

func (db *DB) insert(name string) { db.exec("INSERT INTO people (name) VALUES (" + name + ")") }

func (db *DB) forget() { db.exec(expired) }

func (db *DB) Sweep() {
	for _, sweep := range sweeps {
		sweep(db)
	}
}

func (db *DB) Find(name string) string { return "SELECT 1 FROM people WHERE updated" + name }

func (db *DB) List() []string { return nil }

const expired = `
	DELETE
	FROM people`
