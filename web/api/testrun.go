package api

import (
	"context"
	"net/http"
	"time"

	"gatehouse/sso"
	"gatehouse/sso/catalog"
)

// tester begins test connections; trial.Service does.
type tester interface {
	BeginTest(
		ctx context.Context, by sso.Actor, ent sso.EnterpriseID, id sso.ConnectionID,
	) (sso.TestRun, sso.Secret, error)
}

type begunTest struct {
	ID        sso.TestRunID `json:"id" doc:"Never changes." example:"test-06d5x0wkj3n8p7r5t2v4y6z8ab"`
	URL       string        `json:"url" doc:"Opens the identity provider, in whatever browser. It is told this once." example:"https://sso.example.com/login/test/5sQ0yXJtWb4mTn8Jr3pKq2vLz7cDf9hG1aBeRuNw"`
	ExpiresAt time.Time     `json:"expires_at" doc:"Until when somebody may come back from there." example:"2026-11-24T12:10:00Z"`
}

// TestRun is exported because huma looks into no other embedded struct.
type TestRun struct {
	ID        sso.TestRunID `json:"id" doc:"Never changes." example:"test-06d5x0wkj3n8p7r5t2v4y6z8ab"`
	Kind      sso.TestKind  `json:"kind" enum:"live,captured,replay" doc:"Whether somebody signs in for it, pasted an answer, or an attempt was replayed." example:"live"`
	State     sso.TestState `json:"state" enum:"waiting,passed,failed,expired" doc:"How far it is." example:"passed"`
	By        sso.Actor     `json:"by" doc:"Who began it." example:"tok-06d5x0wkj3n8p7r5t2v4y6z8ab"`
	Version   int           `json:"version" doc:"Of the configuration that was tested." example:"3"`
	Revision  int64         `json:"revision" doc:"Of the connection when it ended: what was changed later was not tested." example:"7"`
	Warned    int           `json:"warned" doc:"How many of its warnings need action: with any, it passed with warnings." example:"0"`
	Code      *string       `json:"code" doc:"Why it failed; null if it did not." example:"saml_wrong_recipient"`
	CreatedAt time.Time     `json:"created_at" doc:"When it began." example:"2026-11-24T12:00:00Z"`
	EndedAt   *time.Time    `json:"ended_at" doc:"When it ended; null while it waits." example:"2026-11-24T12:01:00Z"`
}

type testResult struct {
	TestRun
	Detail      *string         `json:"detail" doc:"What was wanted and what came." example:"audience: want \"a\", got \"b\""`
	Remedy      *testRemedy     `json:"remedy,omitempty" doc:"What to do about the failure; missing if it did not fail."`
	Checks      []check         `json:"checks" doc:"What was verified, in order."`
	Identity    *testIdentity   `json:"identity,omitempty" doc:"Who it is; missing if it did not get that far."`
	Groups      *assertedGroups `json:"groups,omitempty" doc:"What was said about groups; missing if it did not get that far."`
	SyncPreview *testPreview    `json:"sync_preview,omitempty" doc:"What the sign-in would do to memberships; missing if it did not get that far."`
	Policy      *testPolicy     `json:"policy,omitempty" doc:"What decides about the person coming in; missing if it did not get that far."`
	Warnings    []testWarning   `json:"warnings" doc:"What stopped nobody and needs attention, the most important first."`
	Raw         *string         `json:"raw" doc:"What came, without signatures, tokens and session indexes; null if nothing did." example:"<samlp:Response>…</samlp:Response>"`
}

type testRemedy struct {
	Cause string       `json:"cause" doc:"What was wrong, in one sentence." example:"The assertion is for another audience: wanted a, got b."`
	Side  catalog.Side `json:"side" enum:"person,company,you" doc:"Who has to act: who signs in, their IT admin at the identity provider, or whoever runs this." example:"company"`
	Do    string       `json:"do" doc:"What to do." example:"Set the audience to a."`
	Place string       `json:"place" doc:"Where, in the console of that identity provider." example:"Okta Admin Console › Applications › your application › General › SAML Settings"`
}

func remedyOf(a catalog.Advice) testRemedy {
	return testRemedy{
		Cause: a.Cause,
		Side:  a.Side,
		Do:    a.Do,
		Place: a.Place,
	}
}

type testWarning struct {
	Code string `json:"code" doc:"What it is about; stable." example:"groups_absent"`
	testRemedy
	Minor bool `json:"minor" doc:"Whether it is only worth knowing: groups and login are right all the same."`
}

type testIdentity struct {
	Subject       string            `json:"subject" doc:"The immutable key of the person." example:"00u1ab2cd3EF"`
	Login         string            `json:"login" doc:"What they are called by." example:"ada@acme.example"`
	Email         *string           `json:"email" doc:"Their address; null: none." example:"ada@acme.example"`
	EmailVerified bool              `json:"email_verified" doc:"Whether the identity provider calls the address verified."`
	Name          string            `json:"name" doc:"What they are called." example:"Ada Lovelace"`
	Origins       map[string]string `json:"origins" doc:"For each of these, and groups, the claim its value came from."`
}

type testPreview struct {
	User          *sso.UserID        `json:"user" doc:"Whose sign-in it would be; null: a newcomer's." example:"user-06d5x0wkj3n8p7r5t2v4y6z8ab"`
	Mode          *sso.SyncMode      `json:"mode" enum:"reset,reset-synced,add-only,keep" doc:"What would be applied; null if the sign-in would be refused." example:"reset"`
	Note          *string            `json:"note" doc:"Why memberships would be kept; null if nothing is held back." example:"The identity provider sent no group attribute: every membership was kept."`
	Organizations []testOrganization `json:"organizations" doc:"What would happen in each organization that it is about."`
	Unmatched     []string           `json:"unmatched" doc:"Names that no organization has a group of." example:"[\"all-employees\"]"`
	NearMisses    []nearMiss         `json:"near_misses" doc:"Groups that some name nearly is."`
}

type testOrganization struct {
	Organization sso.OrganizationID `json:"organization" doc:"The organization." example:"org-06d5x0wkj3n8p7r5t2v4y6z8ab"`
	Name         string             `json:"name" doc:"Its name." example:"Research"`
	Added        []string           `json:"added" doc:"Groups the person would come into." example:"[\"engineering\"]"`
	Removed      []string           `json:"removed" doc:"Groups the person would leave." example:"[\"reviewers\"]"`
	Kept         []string           `json:"kept" doc:"Groups the person is in and stays in." example:"[\"Members\"]"`
	Defaults     []string           `json:"defaults,omitempty" doc:"Those of added and kept that are default groups of the connection."`
}

type testPolicy struct {
	AllowSignIn       bool           `json:"allow_sign_in" doc:"Whether the expression lets the person in."`
	EmailVerification *emailDecision `json:"email_verification,omitempty" doc:"What is decided about the address, and why; missing unless it would be their first sign-in."`
}

const testPath = connectionPath + "/tests"

func (a *API) testOperations() {
	add(a, operation{
		id:      "begin-test",
		method:  http.MethodPost,
		path:    testPath,
		status:  http.StatusCreated,
		once:    "url",
		summary: "Begin a test connection",
		about:   "Someone opens the address that comes back and signs in at the identity provider. The draft is tested, or what is live if nothing is being edited; no user, session or membership is made.",
	}, a.beginTest)
	add(a, operation{
		id:      "list-tests",
		method:  http.MethodGet,
		path:    testPath,
		summary: "List test connections",
		about:   "Newest first, without what was found.",
	}, a.listTests)
	add(a, operation{
		id:      "get-test",
		method:  http.MethodGet,
		path:    testPath + "/{test}",
		summary: "Get a test connection",
		about:   "With everything that was found, as far as it got.",
	}, a.getTest)
}

func (a *API) beginTest(ctx context.Context, c caller, in *inConnection) (*made[begunTest], error) {
	run, token, err := a.Tests.BeginTest(ctx, c.by, c.enterprise.ID, in.Connection)
	if err != nil {
		return nil, err
	}
	return &made[begunTest]{
		Location: locationOf(c.enterprise.ID, "connections", string(in.Connection)) + "/tests/" +
			string(run.ID),
		Body: begunTest{
			ID:        run.ID,
			URL:       a.BaseURL + "/login/test/" + token.Reveal(),
			ExpiresAt: run.ExpiresAt.UTC(),
		},
	}, nil
}

func (a *API) listTests(ctx context.Context, c caller, in *struct {
	Paging
	Connection sso.ConnectionID `path:"connection"`
	State      sso.TestState    `query:"state" enum:"waiting,passed,failed,expired" doc:"Only those in this state." example:"failed"`
}) (*out[list[TestRun]], error) {
	if _, err := a.Records.Connection(ctx, c.enterprise.ID, in.Connection); err != nil {
		return nil, err
	}
	all, next, err := a.Records.TestRuns(ctx, c.enterprise.ID, sso.TestFilter{
		Connection: in.Connection,
		State:      in.State,
	}, in.page())
	return pageOf(all, next, err, viewTestRun)
}

func (a *API) getTest(ctx context.Context, c caller, in *struct {
	Connection sso.ConnectionID `path:"connection"`
	Test       sso.TestRunID    `path:"test"`
}) (*out[testResult], error) {
	x, err := a.Records.Connection(ctx, c.enterprise.ID, in.Connection)
	if err != nil {
		return nil, err
	}
	run, err := a.Records.TestRun(ctx, c.enterprise.ID, in.Test)
	if err == nil && run.Connection != x.ID {
		err = sso.NothingHere()
	}
	if err != nil {
		return nil, err
	}
	return answerTo(viewTestResult(x, run), nil)
}

func viewTestRun(r sso.TestRun) TestRun {
	return TestRun{
		ID:        r.ID,
		Kind:      r.Kind,
		State:     r.State,
		By:        r.By,
		Version:   r.Version,
		Revision:  r.Revision,
		Warned:    r.Warned,
		Code:      some(r.Code),
		CreatedAt: r.CreatedAt.UTC(),
		EndedAt:   moment(r.EndedAt),
	}
}

func viewTestResult(c sso.Connection, run sso.TestRun) testResult {
	r := run.Result
	v := testResult{
		TestRun: viewTestRun(run),
		Detail:  some(run.Detail),
		Checks:  viewAll(r.Checks, func(c sso.Check) check { return check(c) }),
		Warnings: viewAll(r.Warnings, func(w sso.Warning) testWarning {
			return viewWarning(c, w)
		}),
		Raw: some(r.Raw),
	}
	if run.State == sso.TestFailed {
		advice := remedyOf(catalog.For(c.Provider, c.Protocol, run.Code, r.Checks))
		v.Remedy = &advice
	}
	if id := r.Identity; id != nil {
		groups := viewGroups(id.Groups)
		v.Groups = &groups
		v.Identity = &testIdentity{
			Subject:       id.Subject,
			Login:         id.Login,
			Email:         some(id.Email),
			EmailVerified: id.EmailVerified,
			Name:          id.Name,
			Origins:       r.Origins,
		}
	}
	if r.Allowed != nil {
		v.Policy = &testPolicy{
			AllowSignIn:       *r.Allowed,
			EmailVerification: viewDecision(r.Email),
		}
		v.SyncPreview = &testPreview{
			User:       some(r.Known),
			Mode:       some(r.Mode),
			Note:       some(r.Note),
			Unmatched:  always(r.Unmatched),
			NearMisses: viewAll(r.NearMisses, viewNearMiss),
			Organizations: viewAll(r.Changes, func(o sso.OrganizationDelta) testOrganization {
				return testOrganization{
					Organization: o.Organization,
					Name:         o.Name,
					Added:        always(o.Added),
					Removed:      always(o.Removed),
					Kept:         always(o.Kept),
					Defaults:     o.Defaults,
				}
			}),
		}
	}
	return v
}

func viewWarning(c sso.Connection, w sso.Warning) testWarning {
	return testWarning{
		Code:       w.Code,
		testRemedy: remedyOf(catalog.Warn(c.Provider, c.Protocol, w)),
		Minor:      w.Minor,
	}
}
