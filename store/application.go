package store

import (
	"context"
	"reflect"
	"time"

	"gatehouse/sso"
	"gatehouse/store/engine"
)

// applicationCounter grows with every change of an application, so that a cache
// is checked by reading one row.
const applicationCounter = "applications"

// applicationRow is the stored JSON of an application. Its names are written out
// because they outlive those of the code.
type applicationRow struct {
	Origins     []string           `json:"origins"`
	StartPath   string             `json:"start_path,omitempty"`
	Unlisted    bool               `json:"unlisted,omitempty"`
	Enterprises []sso.EnterpriseID `json:"enterprises,omitempty"`
	Groups      []string           `json:"groups,omitempty"`
	Told        []string           `json:"told,omitempty"`
	Attributes  []string           `json:"attributes,omitempty"`
	GroupsLimit int                `json:"groups_limit,omitempty"`
	SignIn      sso.EnterpriseID   `json:"sign_in,omitempty"`
	PublicPaths []string           `json:"public_paths,omitempty"`
	Preflight   bool               `json:"allow_preflight,omitempty"`
	Programs    bool               `json:"programs,omitempty"`
	Services    bool               `json:"services,omitempty"`
	MaxAge      int64              `json:"authn_max_age,omitempty"` // seconds
	Acr         string             `json:"acr,omitempty"`
}

const applicationColumns = "id, key, name, kind, definition, revision, created_at"

func scanApplication(r engine.Row) (a sso.Application, err error) {
	var d applicationRow
	err = r.Scan(
		&a.ID, &a.Key, &a.Name, &a.Kind, engine.JSON(&d), &a.Revision,
		engine.Time(&a.CreatedAt),
	)
	a.Origins = d.Origins
	a.StartPath = d.StartPath
	a.Unlisted = d.Unlisted
	a.Enterprises = d.Enterprises
	a.Groups = d.Groups
	a.Told = d.Told
	a.Attributes = d.Attributes
	a.GroupsLimit = d.GroupsLimit
	a.SignIn = d.SignIn
	a.PublicPaths = d.PublicPaths
	a.AllowPreflight = d.Preflight
	a.Programs = d.Programs
	a.Services = d.Services
	a.Need = sso.AuthnNeed{
		MaxAge: time.Duration(d.MaxAge) * time.Second,
		Acr:    d.Acr,
	}
	return a, err
}

func definitionOf(a sso.Application) (string, error) {
	return engine.JSONText(applicationRow{
		Origins:     a.Origins,
		StartPath:   a.StartPath,
		Unlisted:    a.Unlisted,
		Enterprises: a.Enterprises,
		Groups:      a.Groups,
		Told:        a.Told,
		Attributes:  a.Attributes,
		GroupsLimit: a.GroupsLimit,
		SignIn:      a.SignIn,
		PublicPaths: a.PublicPaths,
		Preflight:   a.AllowPreflight,
		Programs:    a.Programs,
		Services:    a.Services,
		MaxAge:      int64(a.Need.MaxAge / time.Second),
		Acr:         a.Need.Acr,
	})
}

// CreateApplication creates an application; ID, Revision and CreatedAt are filled
// in. A key that is in use is Conflict "key_taken".
func (db *DB) CreateApplication(ctx context.Context, by sso.Actor, a sso.Application) (_ sso.Application, err error) {
	defer func() { doing(&err, "create application") }()
	definition, err := definitionOf(a)
	if err != nil {
		return sso.Application{}, err
	}
	err = db.change(ctx, "", func(ctx context.Context, t *tx) error {
		a.ID = sso.NewID[sso.ApplicationID](t.now)
		a.Revision = 1
		a.CreatedAt = t.now
		_, err := t.Exec(
			ctx,
			"insert into applications ("+applicationColumns+") values ($1, $2, $3, $4, $5, $6, $7)",
			string(a.ID), a.Key, a.Name, string(a.Kind), definition, a.Revision,
			engine.Micros(a.CreatedAt),
		)
		if err != nil {
			return ifTaken(err, errKeyTaken())
		}
		return t.applicationChanged(ctx, by, "application.created", a, definition)
	})
	if err != nil {
		return sso.Application{}, err
	}
	return a, nil
}

func (t *tx) applicationChanged(
	ctx context.Context, by sso.Actor, action string, a sso.Application, definition string,
) error {
	t.Queue("update counters set value = value + 1 where name = $1", applicationCounter)
	return t.audit(
		ctx, by, action, string(a.ID), "key", a.Key, "name", a.Name, "definition", definition,
	)
}

// Application returns one application.
func (db *DB) Application(ctx context.Context, id sso.ApplicationID) (_ sso.Application, err error) {
	defer func() { doing(&err, "find application") }()
	return found(findApplication(ctx, db.sql, id))
}

func findApplication(ctx context.Context, r engine.Reader, id sso.ApplicationID) (sso.Application, bool, error) {
	return engine.One(
		ctx, r, scanApplication, "select "+applicationColumns+" from applications where id = $1",
		string(id),
	)
}

// Applications lists all applications, oldest first.
func (db *DB) Applications(ctx context.Context, page sso.Page) (_ []sso.Application, next string, err error) {
	defer func() { doing(&err, "list applications") }()
	w := &engine.Where{}
	query := "select " + applicationColumns + " from applications" +
		w.Page("id", page.Cursor, page.Size(), false)
	all, err := engine.List(ctx, db.sql, scanApplication, query, w.Args()...)
	all, next = engine.CutPage(all, page.Size(), func(a sso.Application) string {
		return string(a.ID)
	})
	return all, next, err
}

// ApplicationRevision returns a number that changes with every change of an
// application.
func (db *DB) ApplicationRevision(ctx context.Context) (_ int64, err error) {
	defer func() { doing(&err, "read the revision of applications") }()
	n, _, err := engine.One(
		ctx, db.sql, engine.ScanNumber, "select value from counters where name = $1",
		applicationCounter,
	)
	return n, err
}

// UpdateApplication changes an application; fn runs inside the transaction, where
// it can compare the revision, and must not modify the lists it receives. A change
// adds one to the revision.
func (db *DB) UpdateApplication(
	ctx context.Context, by sso.Actor, id sso.ApplicationID, fn func(sso.Application) (sso.Application, error),
) (result sso.Application, err error) {
	defer func() { doing(&err, "update application") }()
	err = db.change(ctx, "", func(ctx context.Context, t *tx) error {
		old, err := found(findApplication(ctx, t, id))
		if err != nil {
			return err
		}
		if result, err = fn(old); err != nil {
			return err
		}
		result.ID = old.ID
		result.Kind = old.Kind
		result.Revision = old.Revision
		result.CreatedAt = old.CreatedAt
		if reflect.DeepEqual(result, old) {
			return nil
		}
		definition, err := definitionOf(result)
		if err != nil {
			return err
		}
		result.Revision++
		_, err = t.Exec(
			ctx,
			"update applications set key = $2, name = $3, definition = $4, revision = $5 where id = $1",
			string(id), result.Key, result.Name, definition, result.Revision,
		)
		if err != nil {
			return ifTaken(err, errKeyTaken())
		}
		return t.applicationChanged(ctx, by, "application.updated", result, definition)
	})
	if err != nil {
		return sso.Application{}, err
	}
	return result, nil
}

// DeleteApplication deletes an application. conditions are checked in the
// transaction; an error of one aborts it.
func (db *DB) DeleteApplication(
	ctx context.Context, by sso.Actor, id sso.ApplicationID, conditions ...func(sso.Application) error,
) (err error) {
	defer func() { doing(&err, "delete application") }()
	return db.change(ctx, "", func(ctx context.Context, t *tx) error {
		a, err := found(findApplication(ctx, t, id))
		if err != nil {
			return err
		}
		for _, check := range conditions {
			if err := check(a); err != nil {
				return err
			}
		}
		t.Queue("delete from applications where id = $1", string(id))
		return t.applicationChanged(ctx, by, "application.deleted", a, "")
	})
}
