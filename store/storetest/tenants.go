package storetest

import (
	"maps"
	"reflect"
	"testing"
	"time"

	"gatehouse/sso"
	"gatehouse/store"
)

// untenanted are the methods that belong to no enterprise, with the reason.
func untenanted() map[string]string {
	return map[string]string{
		"Close":                   "the database",
		"Ping":                    "the database",
		"Work":                    "the database",
		"Broken":                  "the database",
		"OnRevocation":            "the database",
		"Meta":                    "the database",
		"SetMeta":                 "the database",
		"RotateKeys":              "the database",
		"Sweep":                   "the database",
		"RefreshStatistics":       "the database",
		"CreateEnterprise":        "makes the tenant",
		"Enterprises":             "the operator's list",
		"EnterpriseSummaries":     "the operator's list",
		"EnterprisesArriving":     "the operator's list",
		"EnterpriseInUse":         "the operator's first steps",
		"AnySignIn":               "the operator's first steps",
		"OperatorAddresses":       "the instance's",
		"EnterpriseByKey":         "finds the tenant",
		"EnterpriseByDomain":      "finds the tenant",
		"ConnectionByID":          "finds the tenant of an address",
		"TestRunByToken":          "found by 256 random bits",
		"AuthnNeed":               "names nothing but the tenant; of an unknown one, nothing",
		"ConnectionsToRefresh":    "background work over all tenants",
		"ApplyMoves":              "background work over all tenants",
		"EnterprisesHeld":         "background work over all tenants",
		"EnterprisesProvisioned":  "background work over all tenants",
		"PendingLogin":            "found by 160 random bits; the caller compares connection and browser",
		"Principal":               "found by 256 random bits",
		"ProvisioningTokenByHash": "found by 238 random bits; the caller compares the connection",
		"ConfirmDepartures":       "background work over all tenants, IDs from the list of revocations",
		"TokenPrincipal":          "found by 190 random bits",
		"UsePersonalTokens":       "background work over all tenants, IDs from their rows",
		"ServicePrincipal":        "found by 190 random bits",
		"UseServiceTokens":        "background work over all tenants, IDs from their rows",
		"TokenKey":                "the database",
		"TouchSessions":           "background work over all tenants, IDs from their rows",
		"Revocations":             "every node forgets for all tenants",
		"LastRevocation":          "likewise",
		"CreateToken":             "the instance's",
		"TokenByHash":             "the instance's",
		"CreateApplication":       "the instance's",
		"Application":             "the instance's",
		"Applications":            "the instance's",
		"ApplicationRevision":     "the instance's",
		"UpdateApplication":       "the instance's",
		"DeleteApplication":       "the instance's",
		"Role":                    "the instance's",
		"Roles":                   "the instance's",
		"RoleGroups":              "the operator's list",
		"RoleCounts":              "the operator's list",
		"CreateRole":              "the instance's",
		"UpdateRole":              "the instance's",
		"DeleteRole":              "the instance's",
		"SigningKeys":             "the instance's",
		"ChangeSigningKeys":       "the instance's",
		"EmailProof":              "found by its ID; the caller compares the browser",
		"ClaimRequest":            "a token's",
		"KeepAnswer":              "a token's",
		"ReleaseRequest":          "a token's",
		"Image":                   "found by the hash of what is public",
		"BrandRevision":           "the instance's",
		"AuditHeadsToLog":         "background work over all tenants",
		"VerifyLoggedHead":        "the enterprise is in what was signed",
	}
}

// calls are those of methods with another enterprise and the first one's
// objects; they return the number of things found, and the error.
type calls map[string]func() (int, error)

// foreign is an enterprise, what is in it, and another one.
type foreign struct {
	w, other *world
	signIn   sso.SignIn
	user     sso.User
	domain   sso.Domain
	held     sso.HeldSyncID
	question sso.QuestionID
	record   sso.SyncRecordID
	health   sso.HealthEventID
	proof    sso.EmailProof
	link     sso.SetupLink
	run      sso.TestRun
	token    sso.ProvisioningToken
	personal sso.PersonalToken
	api      sso.Token
	service  sso.ServiceToken
	pushed   sso.ProvisionedUser
	group    sso.ProvisionedGroup
}

// yes confirms everything.
func yes(sso.Restoration) (bool, error) { return true, nil }

func (f foreign) enterprises() calls {
	ctx, db, ent := f.w.Context(), f.w.db, f.other.ent.ID
	return calls{
		"Enterprise": func() (int, error) {
			e, err := db.Enterprise(ctx, ent)
			return count(e.ID == f.w.ent.ID), err
		},
		"UpdateEnterprise": func() (int, error) {
			e, err := db.UpdateEnterprise(ctx, by, ent, rename[sso.Enterprise])
			return count(e.ID == f.w.ent.ID), err
		},
		"DeleteEnterprise": func() (int, error) {
			return 0, db.DeleteEnterprise(ctx, by, "ent-unknown")
		},
	}
}

func (f foreign) organizations() calls {
	ctx, db, ent := f.w.Context(), f.w.db, f.other.ent.ID
	group, org := f.w.group["web/dev"].ID, f.w.orgs["web"].ID
	return calls{
		"CreateOrganization": func() (int, error) {
			_, err := db.CreateOrganization(ctx, by, sso.Organization{
				ID:           org,
				Enterprise:   ent,
				Key:          "fresh",
				DefaultGroup: group,
			})
			return 0, err
		},
		"Organization": func() (int, error) {
			o, err := db.Organization(ctx, ent, org)
			return count(o.ID != ""), err
		},
		"Organizations": func() (int, error) {
			all, _, err := db.Organizations(ctx, ent, sso.Page{})
			return having(all, func(o sso.Organization) bool {
				return o.ID == org
			}), err
		},
		"OrganizationCounts": func() (int, error) {
			all, _, err := db.OrganizationCounts(ctx, ent, sso.Page{})
			return having(all, func(o sso.OrganizationCount) bool {
				return o.Organization.ID == org
			}), err
		},
		"UpdateOrganization": func() (int, error) {
			_, err := db.UpdateOrganization(
				ctx, by, ent, org, rename[sso.Organization],
			)
			return 0, err
		},
		"DeleteOrganization": func() (int, error) {
			return 0, db.DeleteOrganization(ctx, by, ent, org)
		},
	}
}

func (f foreign) groups() calls {
	ctx, db, ent := f.w.Context(), f.w.db, f.other.ent.ID
	group, org := f.w.group["web/dev"].ID, f.w.orgs["web"].ID
	return calls{
		"CreateGroup": func() (int, error) {
			_, err := db.CreateGroup(ctx, by, ent, sso.Group{
				Organization: org,
				Name:         "x",
			})
			return 0, err
		},
		"Group": func() (int, error) {
			g, err := db.Group(ctx, ent, group)
			return count(g.ID != ""), err
		},
		"Groups": func() (int, error) {
			all, _, err := db.Groups(
				ctx, ent, sso.GroupFilter{Organization: org}, sso.Page{},
			)
			return len(all), err
		},
		"GroupNamed": func() (int, error) {
			g, err := db.GroupNamed(ctx, ent, "web", "sre-unheard-of")
			return count(g.ID != ""), err
		},
		"GroupRefs": func() (int, error) {
			all, err := db.GroupRefs(ctx, ent, []sso.GroupID{group})
			return len(all), err
		},
		"UpdateGroup": func() (int, error) {
			_, err := db.UpdateGroup(ctx, by, ent, group, rename[sso.Group])
			return 0, err
		},
		"DeleteGroup": func() (int, error) {
			return 0, db.DeleteGroup(ctx, by, ent, group)
		},
	}
}

func (f foreign) history() calls {
	ctx, db, ent := f.w.Context(), f.w.db, f.other.ent.ID
	group, page := f.w.group["web/dev"].ID, sso.Page{}
	return calls{
		"GroupMembersAt": func() (int, error) {
			all, _, err := db.GroupMembersAt(ctx, ent, group, f.w.clock.Now(), page)
			return len(all), err
		},
		"UserMembershipsAt": func() (int, error) {
			all, err := db.UserMembershipsAt(ctx, ent, f.user.ID, f.w.clock.Now())
			return len(all), err
		},
		"RestoreUser": func() (int, error) {
			_, err := db.RestoreUser(ctx, by, ent, f.user.ID, f.w.clock.Now(), yes)
			return 0, err
		},
		"RestoreGroup": func() (int, error) {
			_, err := db.RestoreGroup(ctx, by, ent, group, f.w.clock.Now(), yes)
			return 0, err
		},
		"GroupDrift": func() (int, error) {
			d, err := db.GroupDrift(ctx, ent, group)
			return d.Actual, err
		},
		"ReconcileGroup": func() (int, error) {
			_, err := db.ReconcileGroup(ctx, by, ent, group, func(sso.DriftingUser) (bool, bool) {
				return true, true
			}, yes)
			return 0, err
		},
	}
}

func (f foreign) memberships() calls {
	ctx, db, ent := f.w.Context(), f.w.db, f.other.ent.ID
	group, page := f.w.group["web/dev"].ID, sso.Page{}
	return calls{
		"GroupMembers": func() (int, error) {
			all, _, err := db.GroupMembers(ctx, ent, group, page)
			return len(all), err
		},
		"AddMember": func() (int, error) {
			return 0, db.AddMember(
				ctx, by, ent, f.other.group["web/dev"].ID, f.user.ID,
			)
		},
		"RemoveMember": func() (int, error) {
			return 0, db.RemoveMember(ctx, by, ent, group, f.user.ID)
		},
		"UserMemberships": func() (int, error) {
			all, err := db.UserMemberships(ctx, ent, f.user.ID)
			return len(all), err
		},
		"UserIdentities": func() (int, error) {
			all, err := db.UserIdentities(ctx, ent, f.user.ID)
			return len(all), err
		},
		"UserSessions": func() (int, error) {
			all, err := db.UserSessions(ctx, ent, f.user.ID)
			return len(all), err
		},
	}
}

func (f foreign) users() calls {
	ctx, db, ent := f.w.Context(), f.w.db, f.other.ent.ID
	group, page := f.w.group["web/dev"].ID, sso.Page{}
	return calls{
		"User": func() (int, error) {
			u, err := db.User(ctx, ent, f.user.ID)
			return count(u.ID != ""), err
		},
		"Users": func() (int, error) {
			all, _, err := db.Users(
				ctx, ent, sso.UserFilter{Login: f.user.Login}, page,
			)
			return len(all), err
		},
		"SearchMembers": func() (int, error) {
			all, _, err := db.SearchMembers(ctx, ent, group, "a", page)
			return len(all), err
		},
		"UpdateUser": func() (int, error) {
			_, err := db.UpdateUser(ctx, by, ent, f.user.ID, rename[sso.User])
			return 0, err
		},
	}
}

func (f foreign) connections() calls {
	ctx, db, ent := f.w.Context(), f.w.db, f.other.ent.ID
	return calls{
		"CreateConnection": func() (int, error) {
			c, err := db.CreateConnection(ctx, by, sso.Connection{
				ID:         f.w.conn.ID,
				Enterprise: ent,
				Name:       "x",
			})
			return count(c.ID == f.w.conn.ID), err
		},
		"Connection": func() (int, error) {
			c, err := db.Connection(ctx, ent, f.w.conn.ID)
			return count(c.ID != ""), err
		},
		"Connections": func() (int, error) {
			all, err := db.Connections(ctx, ent)
			return having(all, func(c sso.Connection) bool {
				return c.ID == f.w.conn.ID
			}), err
		},
		"UpdateConnection": func() (int, error) {
			_, err := db.UpdateConnection(
				ctx, by, ent, f.w.conn.ID, "x", rename[sso.Connection],
			)
			return 0, err
		},
		"SetMetadataStatus": func() (int, error) {
			return 0, db.SetMetadataStatus(
				ctx, ent, f.w.conn.ID, sso.MetadataStatus{Error: "x"},
			)
		},
		"DeleteConnection": func() (int, error) {
			return 0, db.DeleteConnection(ctx, by, ent, f.w.conn.ID, nil)
		},
		"ConnectionReach": func() (int, error) {
			r, err := db.ConnectionReach(ctx, ent, f.w.conn.ID)
			return r.People + r.Sessions, err
		},
	}
}

func (f foreign) connectionReports() calls {
	ctx, db, ent := f.w.Context(), f.w.db, f.other.ent.ID
	return calls{
		"SaidNames": func() (int, error) {
			all, err := db.SaidNames(ctx, ent)
			return len(all), err
		},
		"GroupTallies": func() (int, error) {
			all, err := db.GroupTallies(ctx, ent)
			return having(all, func(t sso.GroupTally) bool {
				return t.Group.ID == f.w.group["web/dev"].ID || t.Members > 0
			}), err
		},
		"RecordShadow": func() (int, error) {
			return 0, db.RecordShadow(ctx, sso.ShadowDifference{
				Enterprise: ent,
				Connection: f.w.conn.ID,
				Since:      f.w.conn.CreatedAt,
				LiveCode:   "x",
			})
		},
		"Shadow": func() (int, error) {
			s, err := db.Shadow(ctx, ent, f.w.conn.ID)
			return s.People, err
		},
		"ShadowDifferences": func() (int, error) {
			all, _, err := db.ShadowDifferences(ctx, ent, f.w.conn.ID, sso.Page{})
			return len(all), err
		},
		"Certificates": func() (int, error) {
			all, err := db.Certificates(ctx, ent, f.w.conn.ID)
			return len(all), err
		},
	}
}

func (f foreign) signIns() calls {
	ctx, db, ent := f.w.Context(), f.w.db, f.other.ent.ID
	planned := func(sso.SignInFacts) (sso.Verdict, error) {
		return sso.Verdict{}, nil
	}
	crossed := f.signIn // everything but the connection says other
	crossed.Session.Enterprise = ent
	crossed.Attempt.Enterprise = ent
	crossed.Replay.ResponseID = "another"
	pending := sso.PendingLogin{
		ID:         "gh-crossed",
		Enterprise: ent,
		Connection: f.w.conn.ID,
		ExpiresAt:  f.w.clock.Now().Add(time.Hour),
	}
	return calls{
		"SavePendingLogin": func() (int, error) {
			return 0, db.SavePendingLogin(ctx, pending)
		},
		"UsePendingLogin": func() (int, error) {
			used, err := db.UsePendingLogin(ctx, sso.PendingLogin{
				ID:         f.signIn.Pending,
				Enterprise: ent,
				Connection: f.w.conn.ID,
			})
			return count(used), err
		},
		"RecordLogin": func() (int, error) {
			_, _, err := db.RecordLogin(ctx, crossed, planned)
			return 0, err
		},
	}
}

func (f foreign) recordedAttempts() calls {
	ctx, db, ent := f.w.Context(), f.w.db, f.other.ent.ID
	return calls{
		"RecordAttempt": func() (int, error) {
			return 0, db.RecordAttempt(ctx, sso.Attempt{
				ID:         sso.NewID[sso.AttemptID](f.w.clock.Now()),
				Enterprise: ent,
				Connection: f.w.conn.ID,
				At:         f.w.clock.Now(),
			}, f.signIn.Pending)
		},
		"CountUnmatched": func() (int, error) {
			return 0, db.CountUnmatched(ctx, sso.Attempt{
				ID:         sso.NewID[sso.AttemptID](f.w.clock.Now()),
				Enterprise: ent,
				Connection: f.w.conn.ID,
				At:         f.w.clock.Now(),
			}, 2)
		},
	}
}

func (f foreign) attempts() calls {
	ctx, db, ent := f.w.Context(), f.w.db, f.other.ent.ID
	page := sso.Page{}
	return calls{
		"Attempt": func() (int, error) {
			a, err := db.Attempt(ctx, ent, f.signIn.Attempt.ID)
			return count(a.ID != ""), err
		},
		"Attempts": func() (int, error) {
			all, _, err := db.Attempts(
				ctx, ent, sso.AttemptFilter{User: f.user.ID}, page,
			)
			return len(all), err
		},
		"Snapshot": func() (int, error) {
			_, s, err := db.Snapshot(
				ctx, ent, f.w.conn.ID, f.user.ID, "", []string{"dev"}, sso.Brake{},
				nil,
			)
			return len(s.Groups), err
		},
		"HeldSyncs": func() (int, error) {
			all, _, err := db.HeldSyncs(
				ctx, ent, sso.HeldFilter{User: f.user.ID}, page,
			)
			return len(all), err
		},
	}
}

func (f foreign) questions() calls {
	change := f.w.subjectChange()
	ctx, db, ent := f.w.Context(), f.w.db, f.other.ent.ID
	page := sso.Page{}
	all := calls{
		"IdentityQuestions": func() (int, error) {
			all, _, err := db.IdentityQuestions(
				ctx, ent, sso.QuestionFilter{User: f.user.ID}, page,
			)
			return len(all), err
		},
		"IdentityQuestion": func() (int, error) {
			q, err := db.IdentityQuestion(ctx, ent, f.question)
			return count(q.ID != ""), err
		},
		"AnswerQuestion": func() (int, error) {
			_, err := db.AnswerQuestion(
				ctx, by, ent, f.question,
				sso.QuestionDecision{Answer: sso.AnswerRefuse},
			)
			return 0, err
		},
		"SubjectChanges": func() (int, error) {
			all, _, err := db.SubjectChanges(ctx, ent, page)
			return len(all), err
		},
		"AnswerSubjectChange": func() (int, error) {
			_, err := db.AnswerSubjectChange(ctx, by, ent, change, sso.SubjectsSame)
			return 0, err
		},
		"LoginClaim": func() (int, error) {
			c, err := db.LoginClaim(ctx, ent, sso.User{}, sso.Identity{Login: f.user.Login})
			return count(c.Holder != ""), err
		},
	}
	maps.Copy(all, f.identityRules())
	maps.Copy(all, f.merges())
	maps.Copy(all, f.links())
	maps.Copy(all, f.people())
	maps.Copy(all, f.moves())
	return all
}

func (f foreign) merges() calls {
	merge := f.w.merged()
	ctx, db, ent := f.w.Context(), f.w.db, f.other.ent.ID
	return calls{
		"MergeUsers": func() (int, error) {
			_, err := db.MergeUsers(ctx, by, ent, f.user.ID, merge.Into)
			return 0, err
		},
		"PreviewMerge": func() (int, error) {
			p, err := db.PreviewMerge(ctx, by, ent, f.user.ID, merge.Into)
			return count(p.From.ID != ""), err
		},
		"UndoMerge": func() (int, error) {
			_, err := db.UndoMerge(ctx, by, ent, merge.ID)
			return 0, err
		},
		"Merges": func() (int, error) {
			all, _, err := db.Merges(ctx, ent, sso.MergeFilter{User: merge.Into}, sso.Page{})
			return len(all), err
		},
	}
}

func (f foreign) links() calls {
	ctx, db, ent := f.w.Context(), f.w.db, f.other.ent.ID
	wrong := f.w.link(f.user.ID, "foreign", "")
	wrong.Enterprise = ent
	ref := string(f.w.conn.ID)
	return calls{
		"PreviewLink": func() (int, error) {
			p, err := db.PreviewLink(ctx, by, wrong)
			return count(p.User.ID != ""), err
		},
		"LinkIdentity": func() (int, error) {
			_, err := db.LinkIdentity(ctx, by, wrong)
			return 0, err
		},
		"PreviewUnlink": func() (int, error) {
			p, err := db.PreviewUnlink(ctx, by, ent, f.user.ID, ref)
			return count(p.User.ID != ""), err
		},
		"UnlinkIdentity": func() (int, error) {
			_, err := db.UnlinkIdentity(ctx, by, ent, f.user.ID, ref)
			return 0, err
		},
		"FormerIdentities": func() (int, error) {
			all, err := db.FormerIdentities(ctx, ent, f.user.ID)
			return len(all), err
		},
	}
}

func (f foreign) people() calls {
	ctx, db, ent := f.w.Context(), f.w.db, f.other.ent.ID
	return calls{
		"ExportUser": func() (int, error) {
			records := 0
			err := db.ExportUser(
				ctx, by, ent, f.user.ID, func(sso.UserExport) error { return nil },
				func(string, []byte) error {
					records++
					return nil
				},
			)
			return records, err
		},
		"PreviewErasure": func() (int, error) {
			p, err := db.PreviewErasure(ctx, ent, f.user.ID)
			return p.Accounts, err
		},
		"EraseUser": func() (int, error) {
			_, err := db.EraseUser(ctx, by, ent, f.user.ID)
			return 0, err
		},
		"Erasures": func() (int, error) {
			all, _, err := db.Erasures(ctx, ent, sso.Page{})
			return len(all), err
		},
		"LiftErasure": func() (int, error) {
			_, err := db.LiftErasure(ctx, by, ent, f.user.ID)
			return 0, err
		},
	}
}

func (f foreign) moves() calls {
	id := f.w.moveAway()
	ctx, db, ent := f.w.Context(), f.w.db, f.other.ent.ID
	wrong := sso.Move{
		Enterprise: ent,
		From:       f.w.conn.ID,
		To:         f.other.conn.ID,
		By:         sso.MoveByLogin,
	}
	return calls{
		"StartMove": func() (int, error) {
			_, err := db.StartMove(ctx, by, wrong)
			return 0, err
		},
		"PreviewMove": func() (int, error) {
			p, err := db.PreviewMove(ctx, wrong)
			return len(p.Matched), err
		},
		"Move": func() (int, error) {
			m, err := db.Move(ctx, ent, id)
			return count(m.ID != ""), err
		},
		"Moves": func() (int, error) {
			all, _, err := db.Moves(ctx, ent, sso.Page{})
			return len(all), err
		},
		"MoveEntries": func() (int, error) {
			all, _, err := db.MoveEntries(ctx, ent, id, sso.MoveFilter{}, sso.Page{})
			return len(all), err
		},
		"DecideMove": func() (int, error) {
			_, err := db.DecideMove(ctx, by, ent, id, f.user.ID, sso.AnswerMove, anyEntry)
			return 0, err
		},
		"UndoMove": func() (int, error) {
			_, err := db.UndoMove(ctx, by, ent, id)
			return 0, err
		},
	}
}

func (f foreign) heldSyncs() calls {
	ctx, db, ent := f.w.Context(), f.w.db, f.other.ent.ID
	return calls{
		"HeldSync": func() (int, error) {
			h, err := db.HeldSync(ctx, ent, f.held)
			return count(h.ID != ""), err
		},
		"ApproveHeldSync": func() (int, error) {
			_, err := db.ApproveHeldSync(ctx, by, ent, f.held)
			return 0, err
		},
		"DecideHeldSyncs": func() (int, error) {
			done, err := db.DecideHeldSyncs(ctx, by, ent, sso.HeldDecision{
				Cause:      sso.HeldLastAdmin,
				Connection: f.w.conn.ID,
				Approve:    true,
			})
			return done.Decided, err
		},
		"HeldTallies": func() (int, error) {
			all, err := db.HeldTallies(ctx, ent)
			return len(all), err
		},
		"DiscardHeldSync": func() (int, error) {
			_, err := db.DiscardHeldSync(ctx, by, ent, f.held)
			return 0, err
		},
	}
}

func (f foreign) syncRecords() calls {
	ctx, db, ent := f.w.Context(), f.w.db, f.other.ent.ID
	page := sso.Page{}
	return calls{
		"SyncRecords": func() (int, error) {
			all, _, err := db.SyncRecords(
				ctx, ent, sso.SyncFilter{User: f.user.ID}, page,
			)
			return len(all), err
		},
		"SyncRecord": func() (int, error) {
			r, err := db.SyncRecord(ctx, ent, f.record)
			return count(r.ID != ""), err
		},
	}
}

func (f foreign) healthEvents() calls {
	ctx, db, ent := f.w.Context(), f.w.db, f.other.ent.ID
	page := sso.Page{}
	return calls{
		"Vitals": func() (int, error) {
			v, err := db.Vitals(ctx, ent, sso.VitalsQuery{Newest: 5})
			return len(v.Days) + len(v.Last) + len(v.Newest) + v.Unmatched +
				v.Held, err
		},
		"RecordHealth": func() (int, error) {
			added, err := db.RecordHealth(ctx, ent, nil)
			return len(added), err
		},
		"HealthEvents": func() (int, error) {
			all, _, err := db.HealthEvents(ctx, ent, sso.HealthFilter{}, page)
			return len(all), err
		},
		"ReleaseHealthMail": func() (int, error) {
			return 0, db.ReleaseHealthMail(ctx, ent, []sso.HealthEventID{f.health})
		},
		"ClaimHealthMail": func() (int, error) {
			all, err := db.ClaimHealthMail(ctx, ent, f.w.clock.Now())
			return len(all), err
		},
		"HealthMailed": func() (int, error) {
			return 0, db.HealthMailed(ctx, ent, []sso.HealthEventID{f.health}, 1)
		},
		"AdminAddresses": func() (int, error) {
			all, err := db.AdminAddresses(ctx, ent)
			return len(all), err
		},
	}
}

func (f foreign) audit() calls {
	ctx, db, ent := f.w.Context(), f.w.db, f.other.ent.ID
	return calls{
		"AuditEvents": func() (int, error) {
			all, _, err := db.AuditEvents(
				ctx, ent, sso.AuditFilter{}, sso.Page{Limit: 200},
			)
			return having(all, func(e sso.AuditEvent) bool {
				return e.Enterprise != ent
			}), err
		},
		"VerifyAudit": func() (int, error) {
			_, err := db.VerifyAudit(ctx, ent)
			return 0, err
		},
	}
}

func (f foreign) sessionsAndDomains() calls {
	ctx, db, ent := f.w.Context(), f.w.db, f.other.ent.ID
	return calls{
		"RevokeSession": func() (int, error) {
			return 0, db.RevokeSession(ctx, by, ent, f.signIn.Session.ID)
		},
		"RevokeUserSessions": func() (int, error) {
			return db.RevokeUserSessions(ctx, by, ent, f.user.ID)
		},
		"RevokeSubjectSessions": func() (int, error) {
			return db.RevokeSubjectSessions(
				ctx, by, ent, f.w.conn.ID, f.signIn.Session.Subject, "",
				sso.ReplayMark{},
			)
		},

		"CreateDomain": func() (int, error) {
			_, err := db.CreateDomain(ctx, by, sso.Domain{
				ID:         f.domain.ID,
				Enterprise: ent,
				Name:       f.domain.Name,
			})
			return 0, err
		},
		"Domain": func() (int, error) {
			d, err := db.Domain(ctx, ent, f.domain.ID)
			return count(d.ID != ""), err
		},
		"Domains": func() (int, error) {
			all, err := db.Domains(ctx, ent)
			return having(all, func(x sso.Domain) bool {
				return x.ID == f.domain.ID
			}), err
		},
		"UpdateDomain": func() (int, error) {
			_, err := db.UpdateDomain(ctx, by, ent, f.domain.ID, rename[sso.Domain])
			return 0, err
		},
		"DeleteDomain": func() (int, error) {
			return 0, db.DeleteDomain(ctx, by, ent, f.domain.ID)
		},
	}
}

// own are the methods that do something to the other enterprise itself, or give
// it something of its own, so that no error is what has to come.
func own() map[string]bool {
	return map[string]bool{
		"Enterprise":                 true,
		"UpdateEnterprise":           true,
		"CreateOrganization":         true,
		"CreateConnection":           true,
		"CreateDomain":               true,
		"Organizations":              true,
		"OrganizationCounts":         true,
		"Groups":                     true,
		"Users":                      true,
		"Connections":                true,
		"Domains":                    true,
		"Attempts":                   true,
		"SyncRecords":                true,
		"HeldSyncs":                  true,
		"HeldTallies":                true,
		"DecideHeldSyncs":            true,
		"IdentityQuestions":          true,
		"SubjectChanges":             true,
		"LoginClaim":                 true,
		"Merges":                     true,
		"Erasures":                   true,
		"AuditEvents":                true,
		"VerifyAudit":                true,
		"AttributeCounts":            true,
		"AttributesAmong":            true,
		"Vitals":                     true,
		"RecordHealth":               true,
		"HealthEvents":               true,
		"ClaimHealthMail":            true,
		"ReleaseHealthMail":          true,
		"AdminAddresses":             true,
		"RevokeSubjectSessions":      true,
		"CountCode":                  true,
		"AssertedIdentities":         true,
		"ProvisionedUsers":           true,
		"ProvisionedUserGroups":      true,
		"ProvisioningTokens":         true,
		"NewerProvisioningToken":     true,
		"RecordProvisioning":         true,
		"RecordProvisioningReads":    true,
		"TrimProvisioningEvents":     true,
		"ProvisioningChecklist":      true,
		"PreviewSignIns":             true,
		"ProvisioningEvents":         true,
		"ProvisioningRefusals":       true,
		"RefusalTallies":             true,
		"ProvisioningGroupStates":    true,
		"ProvisioningUserStates":     true,
		"ProvisioningCounts":         true,
		"FindPushed":                 true,
		"PushedUsersOf":              true,
		"PushedGroupsNamed":          true,
		"UserDepartures":             true,
		"UseProvisioningToken":       true,
		"PassProvisioningTest":       true,
		"RecordAttempt":              true,
		"CountUnmatched":             true,
		"UsePendingLogin":            true,
		"Administers":                true,
		"EnterpriseAdmins":           true,
		"OrganizationAdmins":         true,
		"AdministeredBy":             true,
		"AdminGroups":                true,
		"EnforceSSO":                 true,
		"SetupLinks":                 true,
		"BrowserUser":                true,
		"UserByLogin":                true,
		"TrustsAnyone":               true,
		"TestRuns":                   true,
		"AnswerUsed":                 true,
		"RecordShadow":               true,
		"SaidNames":                  true,
		"GroupTallies":               true,
		"GroupRefs":                  true,
		"CreatedGroups":              true,
		"UndoCreatedGroups":          true,
		"ProvisionedAmong":           true,
		"DeprovisionReceipts":        true,
		"StandingProvisioningTokens": true,
		"StandingServiceTokens":      true,
		"StandingTokens":             true,
		"ProvisioningReach":          true,
		"CheckLogins":                true,
		"ProvisioningVisits":         true,
		"MembershipReport":           true,
		"MemberClasses":              true,
		"DriftingMembers":            true,
		"Expectations":               true,
		"Tokens":                     true,
		"Moves":                      true,
		"Brand":                      true,
		"UpdateBrand":                true,
	}
}

// testTenants calls every method of the store with one enterprise and the
// objects of another. Nothing may be found and nothing of the other may change.
// A method that is in neither table fails the test.
func testTenants(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	f, free := w.tenantObjects()
	all := f.all()
	maps.Copy(free, ofTheInstallation())
	methods := reflect.TypeFor[*store.DB]()
	for i := range methods.NumMethod() {
		name := methods.Method(i).Name
		call := all[name]
		if call == nil {
			if free[name] == "" {
				t.Errorf("%s is neither tried with another enterprise nor said to belong to none", name)
			}
			continue
		}
		before := w.dump()
		n, err := call()
		if own()[name] || ownRules()[name] {
			w.ok(err)
		} else {
			w.fails(err, sso.NotFoundKind, "not_found")
		}
		if n != 0 {
			t.Errorf("%s found %d things of another enterprise", name, n)
		}
		t.Run(name, func(t *testing.T) {
			(&world{T: t}).same(before, w.dump())
		})
	}
}

// all are the calls of all methods that belong to an enterprise.
func (f foreign) all() calls {
	all := calls{}
	for _, some := range []calls{
		f.enterprises(), f.organizations(), f.groups(),
		f.history(), f.memberships(), f.users(),
		f.connections(), f.connectionReports(),
		f.signIns(), f.recordedAttempts(), f.attempts(), f.questions(),
		f.heldSyncs(), f.syncRecords(), f.healthEvents(), f.audit(),
		f.proofs(), f.sessionsAndDomains(),
		f.access(), f.appointments(), f.setupLinks(), f.trust(),
		f.tests(), f.signInFacts(), f.contacts(), f.tokensAndRules(),
		f.provisioning(), f.provisionEffects(), f.provisionPreviews(),
		f.attributes(), f.brands(),
	} {
		maps.Copy(all, some)
	}
	return all
}

func (w *world) tenantObjects() (foreign, map[string]string) {
	w.define(attributesOf()...)
	s := w.sends(w.signIn("ada", "dev"), text("department", "Sales"))
	u, r := w.record(s)
	w.pending(&s)
	sick, err := w.db.RecordHealth(w.Context(), w.ent.ID, []sso.Finding{
		expiring(w.conn.ID, "a", 30),
	})
	w.ok(err)
	d, err := w.db.CreateDomain(w.Context(), by, sso.Domain{
		Enterprise: w.ent.ID,
		Name:       "acme.test",
	})
	w.ok(err)
	other := addWorld(w.T, w.db, w.clock, "other")
	held := w.hold(s.Identity.Subject)
	w.record(w.claims("another ada", u.Login))
	f, free := foreign{
		w:        w,
		other:    other,
		signIn:   s,
		user:     u,
		domain:   d,
		held:     held.ID,
		question: w.question().ID,
		record:   r.ID,
		health:   sick[0].ID,
		proof:    w.proof("grace"),
		link:     w.setupLink(w.conn.ID),
		run:      w.testRun(sso.NewSecret()),
		token:    w.provisioningToken("entra", nil),
		personal: w.personalToken(u, "backup"),
		api:      w.apiToken(w.ent.ID),
		service:  w.service("export"),
	}, untenanted()
	f.pushed, f.group = w.tenantPushes()
	return f, free
}

// tenantPushes pushes a user and a group, and records a change and a refusal.
func (w *world) tenantPushes() (sso.ProvisionedUser, sso.ProvisionedGroup) {
	user := w.pushUser("push")
	group := w.pushGroup("Pushed", user.ID)
	change := w.pushed("POST", sso.ScopeUsersWrite, "ada")
	change.Changed = true
	w.recordPushes(change, refusedWith(w.pushed("POST", sso.ScopeUsersWrite, "ada"), 403, "scim_scope_missing"))
	return user, group
}

// rename changes whatever it is given as little as it can.
func rename[T any](v T) (T, error) {
	if f := reflect.ValueOf(&v).Elem().FieldByName("Name"); f.IsValid() {
		f.SetString(f.String() + "x")
	}
	return v, nil
}

func count(found bool) int {
	if found {
		return 1
	}
	return 0
}

func having[T any](all []T, is func(T) bool) (n int) {
	for _, v := range all {
		n += count(is(v))
	}
	return n
}
