package engine

// Prepared returns how many statements of readers of a SQLite database are kept.
func (d *Database) Prepared() int {
	s := d.driver.(*sqliteDB).prepared
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.all)
}
