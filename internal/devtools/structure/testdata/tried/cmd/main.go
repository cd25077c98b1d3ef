package main

import (
	"gatehouse/sso/policy"
	"gatehouse/store"
	"gatehouse/web/people"
)

func main() {
	db := &store.DB{}
	p := people.New(db)
	p.Rename = db.Create
	p.Search = db.Find
	p.Clean(db.Sweep)
	_ = people.Background{Run: db.Sweep}
	run := db.Sweep // in the background, not in a page
	run()
	_ = policy.Compile().Decide()
	p.Show(nil)
}
