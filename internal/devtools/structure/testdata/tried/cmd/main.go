package main

import (
	"gatehouse/sso/policy"
	"gatehouse/store"
	"gatehouse/web/people"
)

func main() {
	p := people.New(&store.DB{})
	_ = policy.Compile().Decide()
	p.Show(nil)
}
