package directory_test

import (
	"fmt"
	"sync"
	"testing"

	"gatehouse/sso"
	"gatehouse/sso/directory"
)

// editable is an object whose changes its revision counts.
type editable struct {
	noun string
	// read returns the revision of the object and the one that its list shows.
	read   func() (one, listed int64)
	rename func(revision int64, name string) (int64, error)
	remove func(revision int64) error
}

func (f *fixture) editables() []editable {
	f.Helper()
	app, err := f.CreateApplication(
		f.Context(), admin, sso.ForwardAuth,
		directory.ApplicationEdit{
			Key:     new("wiki"),
			Name:    new("Wiki"),
			Origins: []string{"https://wiki.example.com"},
		},
	)
	f.ok(err)
	return []editable{
		f.editableApplication(app.ID), f.editableGroup(), f.editableOrganization(),
	}
}

func (f *fixture) editableApplication(id sso.ApplicationID) editable {
	ctx := f.Context()
	return editable{
		noun: "application",
		read: func() (int64, int64) {
			a, err := f.db.Application(ctx, id)
			f.ok(err)
			all, _, err := f.db.Applications(ctx, sso.Page{})
			f.ok(err)
			return a.Revision, all[0].Revision
		},
		rename: func(revision int64, name string) (int64, error) {
			a, err := f.UpdateApplication(ctx, admin, id, directory.ApplicationEdit{
				Revision: revision,
				Name:     &name,
			})
			return a.Revision, err
		},
		remove: func(revision int64) error {
			return f.DeleteApplication(ctx, admin, id, revision)
		},
	}
}

func (f *fixture) editableGroup() editable {
	ctx, ent, id := f.Context(), f.ent.ID, f.group.ID
	return editable{
		noun: "group",
		read: func() (int64, int64) {
			g, err := f.db.Group(ctx, ent, id)
			f.ok(err)
			all, _, err := f.db.Groups(
				ctx, ent, sso.GroupFilter{Name: g.Name}, sso.Page{},
			)
			f.ok(err)
			return g.Revision, all[0].Group.Revision
		},
		rename: func(revision int64, name string) (int64, error) {
			g, err := f.UpdateGroup(ctx, admin, ent, id, directory.GroupEdit{
				Revision: revision,
				Name:     &name,
			})
			return g.Revision, err
		},
		remove: func(revision int64) error {
			return f.DeleteGroup(ctx, admin, ent, id, revision)
		},
	}
}

func (f *fixture) editableOrganization() editable {
	ctx, ent, id := f.Context(), f.ent.ID, f.org.ID
	return editable{
		noun: "organization",
		read: func() (int64, int64) {
			o, err := f.db.Organization(ctx, ent, id)
			f.ok(err)
			all, _, err := f.db.OrganizationCounts(ctx, ent, sso.Page{})
			f.ok(err)
			return o.Revision, all[0].Organization.Revision
		},
		rename: func(revision int64, name string) (int64, error) {
			o, err := f.UpdateOrganization(
				ctx, admin, ent, id,
				directory.OrganizationEdit{
					Revision: revision,
					Name:     &name,
				},
			)
			return o.Revision, err
		},
		remove: func(revision int64) error {
			return f.DeleteOrganization(ctx, admin, ent, id, revision)
		},
	}
}

func (f *fixture) at(o editable, when string, want int64) {
	f.Helper()
	if one, listed := o.read(); one != want || listed != want {
		f.Errorf("%s, the %s has revision %d, in the list %d; want %d", when, o.noun, one, listed, want)
	}
}

func TestRevisions(t *testing.T) {
	t.Parallel()
	onBoth(t, func(f *fixture) {
		for _, o := range f.editables() {
			f.at(o, "created", 1)
			got, err := o.rename(1, "renamed")
			f.ok(err)
			if got != 2 {
				f.Errorf("a renamed %s is returned with revision %d", o.noun, got)
			}
			f.at(o, "renamed", 2)
			got, err = o.rename(2, "renamed")
			f.ok(err)
			if got != 2 {
				f.Errorf("an unchanged %s is returned with revision %d", o.noun, got)
			}
			f.at(o, "unchanged", 2)
			for _, stale := range []int64{1, 3, -1} {
				_, err = o.rename(stale, "stale")
				f.stale(err)
				_, err = o.rename(stale, "") // stale before it is invalid
				f.stale(err)
				f.stale(o.remove(stale))
			}
			f.at(o, "refused", 2)
			_, err = o.rename(sso.AnyRevision, "renamed again")
			f.ok(err)
			f.at(o, "renamed whatever was changed", 3)
			f.ok(o.remove(3))
		}
	})
}

func (f *fixture) stale(err error) {
	f.Helper()
	if sso.KindOf(err) != sso.Stale || sso.CodeOf(err) != "changed_meanwhile" {
		f.Errorf("got %v; want Stale changed_meanwhile", err)
	}
}

// TestConcurrentEdits makes ten edits of one revision concurrently: one is saved.
func TestConcurrentEdits(t *testing.T) {
	t.Parallel()
	onBoth(t, func(f *fixture) {
		for _, o := range f.editables() {
			errs := make([]error, 10)
			var group sync.WaitGroup
			for i := range errs {
				group.Go(func() {
					_, errs[i] = o.rename(1, fmt.Sprint("edit ", i))
				})
			}
			group.Wait()
			saved := 0
			for _, err := range errs {
				if err == nil {
					saved++
					continue
				}
				f.stale(err)
			}
			if saved != 1 {
				f.Errorf("%d of 10 edits of one revision of the %s were saved; want 1", saved, o.noun)
			}
			f.at(o, "contested", 2)
		}
	})
}
