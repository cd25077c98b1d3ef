package storetest

import (
	"testing"
)

// fresh gives the address of a new, empty database that is gone with the test.
type fresh = func(testing.TB) string

// Run checks every promise of package store on databases that database gives the
// addresses of.
func Run(t *testing.T, database func(testing.TB) string) {
	for suite, tests := range suites() {
		t.Run(suite, func(t *testing.T) {
			t.Parallel()
			for name, test := range tests {
				t.Run(name, func(t *testing.T) {
					t.Parallel()
					test(t, database)
				})
			}
		})
	}
}

func suites() map[string]map[string]func(*testing.T, fresh) {
	return map[string]map[string]func(*testing.T, fresh){
		"sign-in":             signInTests(),
		"unique logins":       loginTests(),
		"moves":               moveTests(),
		"concurrency":         concurrencyTests(),
		"audit":               auditTests(),
		"group sync":          groupSyncTests(),
		"brake":               brakeTests(),
		"provisioned":         provisionedTests(),
		"effects":             provisionEffectTests(),
		"pilot":               pilotTests(),
		"previews":            previewTests(),
		"objects":             objectTests(),
		"sessions":            sessionTests(),
		"beside":              besideTests(),
		"health":              healthTests(),
		"admins":              adminTests(),
		"provisioning":        provisioningTests(),
		"expected":            expectedTests(),
		"tokens":              personalTokenTests(),
		"session rules":       sessionRuleTests(),
		"rules of identities": identityRuleTests(),
		"attributes":          attributeTests(),
		"brands":              brandTests(),
		"services":            serviceTokenTests(),
		"merges":              mergeTests(),
		"linking":             linkingTests(),
		"former":              formerTests(),
		"people":              peopleTests(),
		"tenants":             {"foreign objects": testTenants, "trust": testTrust},
		"work":                {"sign-ins and pushes": testWork},
		"keys":                keyTests(),
	}
}

func signInTests() map[string]func(*testing.T, fresh) {
	return map[string]func(*testing.T, fresh){
		"writes everything":          testSignIn,
		"updates the profile":        testProfile,
		"verified e-mail":            testEmailVerified,
		"deactivated":                testDeactivated,
		"rebinds by login":           testRebind,
		"keeps identities apart":     testIdentitiesApart,
		"snapshot":                   testSnapshot,
		"writes only the difference": testDifference,
		"response used once":         testUsedUp,
		"a failing plan":             testFailingPlan,
		"certificates":               testCertificateUse,
		"waits for a code":           testEmailProof,
		"waits for an admin":         testVouch,
		"proven by a code":           testEmailProven,
		"code limits":                testCodeLimits,
		"identities as asserted":     testAssertedIdentities,
		"an attempt as asserted":     testAssertedAttempt,
		"facts read in advance":      testSignInFacts,
	}
}

func loginTests() map[string]func(*testing.T, fresh) {
	return map[string]func(*testing.T, fresh){
		"login reused":             testLoginReused,
		"login changed":            testLoginChanged,
		"login given by an admin":  testLoginGiven,
		"answered questions":       testLoginAnswers,
		"same as another holder":   testSameAnswersOfChangedHolder,
		"two subjects":             testLinkedSubject,
		"two subjects unbound":     testLinkedUnbound,
		"two subjects pushed":      testLinkedPushed,
		"concurrent sign-ins":      testLoginRace,
		"upgraded database":        testLoginUpgrade,
		"predicted for a test":     testLoginForeseen,
		"all subjects changed":     testSubjectsChanged,
		"few subjects changed":     testFewSubjects,
		"answered subjects":        testSubjectsAnswered,
		"subjects changed at once": testSubjectsRace,
		"answered at once":         testSubjectsAnsweredRace,
		"one account, many logins": testOneAccountOfManyLogins,
	}
}

func concurrencyTests() map[string]func(*testing.T, fresh) {
	return map[string]func(*testing.T, fresh){
		"one response fifty times":      testReplayRace,
		"a hundred first sign-ins":      testFirstSignInRace,
		"syncs of one person":           testSyncRace,
		"failures among others":         testFailuresAmongOthers,
		"revocations are never skipped": testRevocationOrder,
		"database opened concurrently":  testOpenAtOnce,
		"concurrent guesses":            testGuesses,
		"one post twenty times":         testIdempotencyRace,
		"ten responses to one test":     testTestRunRace,
	}
}

func besideTests() map[string]func(*testing.T, fresh) {
	return map[string]func(*testing.T, fresh){
		"sign-ins at once":              testSignInsAtOnce,
		"first sign-ins at once":        testFirstSignInsAtOnce,
		"losses counted":                testBrakeRace,
		"signs counted":                 testSignsRace,
		"last admin":                    testLastAdminRace,
		"one user over two connections": testTwoConnectionsRace,
		"one browser":                   testBrowserRace,
		"codes of one account":          testCodesRace,
		"one login":                     testLoginClaimedTwice,
		"a change is alone":             testChangeAlone,
		"a push":                        testPushBesideSignIns,
		"pushes while all is applied":   testPushesBesideApply,
		"last admin pushed":             testLastAdminPushed,
		"a profile":                     testProfileRace,
		"strands":                       testStrands,
		"verified while written":        testAuditBesideWrites,
	}
}

func auditTests() map[string]func(*testing.T, fresh) {
	return map[string]func(*testing.T, fresh){
		"tampering":           testTampering,
		"forked chain":        testForkedChain,
		"planted":             testPlantedEvent,
		"head rolled back":    testHeadSetBack,
		"logged heads":        testLoggedHeads,
		"listed events":       testAuditEvents,
		"instance":            testInstanceChain,
		"survives a deletion": testAuditSurvives,
	}
}

func groupSyncTests() map[string]func(*testing.T, fresh) {
	return map[string]func(*testing.T, fresh){
		"history":                         testHistory,
		"history of deleted":              testHistoryOfGone,
		"a person restored":               testRestoreUser,
		"a group restored":                testRestoreGroup,
		"near misses":                     testNear,
		"admins":                          testAdmins,
		"held":                            testHeld,
		"held sync approved concurrently": testHeldOnce,
		"drift":                           testDrift,
		"names":                           testNames,
		"expected":                        testExpected,
		"reconciled":                      testReconcile,
		"reloaded by the nodes":           testInvalidated,
		"many reloaded by the nodes":      testManyInvalidated,
		"preview":                         testPreview,
		"names folded anew":               testFolded,
		"IdP names":                       testIDPNames,
		"IdP names match":                 testIDPNamesMatch,
		"IdP names drift":                 testIDPNamesDrift,
		"IdP names are near":              testIDPNamesNear,
	}
}

func brakeTests() map[string]func(*testing.T, fresh) {
	return map[string]func(*testing.T, fresh){
		"window":                testBrakeWindow,
		"sweep":                 testBrakeSweep,
		"takes over held syncs": testBrakeTakesOver,
		"of another enterprise": testBrakeOfOthers,
		"deleted connection":    testHeldOfDeleted,
		"deleted group":         testStopOfDeleted,
	}
}

func objectTests() map[string]func(*testing.T, fresh) {
	return map[string]func(*testing.T, fresh){
		"enterprises":           testEnterprises,
		"enterprise in use":     testInUse,
		"organizations":         testOrganizations,
		"groups":                testGroups,
		"manual members":        testManualMembers,
		"deleted group":         testDeletedGroup,
		"users":                 testUsers,
		"search":                testSearch,
		"search fuzzed":         testSearchAnything,
		"counts":                testCounted,
		"changed terms":         testFoundAgain,
		"connections":           testConnections,
		"refresh":               testConnectionsToRefresh,
		"users of a connection": testReach,
		"last connection":       testLastConnection,
		"shadow":                testShadow,
		"domains":               testDomains,
		"tokens":                testTokens,
		"revoked token":         testTokenRevoked,
		"token of a company":    testTokenOfEnterprise,
		"attempts":              testAttempts,
		"test runs":             testTestRuns,
		"pending tests":         testPendingTests,
		"large results":         testLargeResults,
		"applications":          testApplications,
		"roles":                 testRoles,
		"roles of groups":       testGroupRoles,
		"roles of sessions":     testPrincipalRoles,
		"roles of services":     testServiceRoles,
		"signing keys":          testSigningKeys,
		"meta":                  testMeta,
		"repeated posts":        testIdempotency,
		"closed database":       testClosed,
		"pages":                 testPages,
		"odd text":              testOddText,
		"sweep":                 testSweep,
	}
}

func sessionTests() map[string]func(*testing.T, fresh) {
	return map[string]func(*testing.T, fresh){
		"lifetime":                testSessionLifetime,
		"revocation":              testRevocation,
		"single logout":           testSubjectSessions,
		"disabled":                testDisabledConnection,
		"groups":                  testPrincipalGroups,
		"logout message replayed": testLogoutOnce,
		"announcements":           testAnnouncements,
		"pending logins":          testPendingLogins,
	}
}

func healthTests() map[string]func(*testing.T, fresh) {
	return map[string]func(*testing.T, fresh){
		"vitals":         testVitals,
		"enterprises":    testSummaries,
		"events":         testHealthEvents,
		"mail sent once": testHealthMailOnce,
		"mail addresses": testWhomToTell,
		"failing since":  testFailingSince,
		"activity":       testActivity,
	}
}

func adminTests() map[string]func(*testing.T, fresh) {
	return map[string]func(*testing.T, fresh){
		"invitations":                   testInvitations,
		"invitation used concurrently":  testOneInvitation,
		"last recovery admin":           testLastRecovery,
		"sessions":                      testAdminSessions,
		"admins of an enterprise":       testEnterpriseAdmins,
		"admins of organizations":       testOrganizationAdmins,
		"appointments end":              testAppointmentsEnd,
		"reach":                         testReachOfChanges,
		"single sign-on enforced":       testEnforced,
		"setup links":                   testSetupLinks,
		"setup links used concurrently": testSetupLinkRace,
	}
}

func keyTests() map[string]func(*testing.T, fresh) {
	return map[string]func(*testing.T, fresh){
		"secrets are sealed": testSecretsSealed,
		"wrong key":          testWrongKey,
		"rotation":           testRotation,
		"sealed in place":    testSealedInPlace,
	}
}

func mergeTests() map[string]func(*testing.T, fresh) {
	return map[string]func(*testing.T, fresh){
		"moves what leads to a user": testMerge,
		"preview":                    testMergePreview,
		"merged user":                testMergedUser,
		"undone":                     testMergeUndo,
		"undone once":                testUndoOnce,
		"undoing ends tokens":        testUndoEndsTokens,
		"expected sign-ins":          testMergeMeetsExpected,
		"undoing after an end":       testUndoOfEnded,
		"of ended users":             testMergeOfEnded,
		"chain":                      testMergeChain,
		"at once":                    testMergesAtOnce,
		"of admins":                  testMergeOfAdmins,
		"former login elsewhere":     testMergedElsewhere,
		"former login pushed":        testMergedPushed,
		"departed login pushed":      testDepartedPushed,
		"merged and left":            testMergedAndLeft,
		"former login vouched for":   testDoubtVouched,
		"undo gives nothing back":    testUndoGivesNothingBack,
		"undo keeps a given login":   testUndoKeepsGivenLogin,
		"undoing revives no user":    testUndoRevivesNoUser,
		"forbidden":                  testMergeForbidden,
		"of pushed users":            testMergePushed,
		"under sign-ins":             testMergeUnderSignIns,
		"two answers at once":        testTwoAnswersAtOnce,
	}
}
