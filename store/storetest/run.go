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
		"sign-in": {
			"writes everything":          testSignIn,
			"updates the profile":        testProfile,
			"verified e-mail":            testEmailVerified,
			"deactivated":                testDeactivated,
			"rebinds by login":           testRebind,
			"keeps identities apart":     testIdentitiesApart,
			"snapshot":                   testSnapshot,
			"writes only the difference": testDifference,
			"uses up its response":       testUsedUp,
			"a failing plan":             testFailingPlan,
			"certificates":               testCertificateUse,
			"waits for a code":           testEmailProof,
			"waits for an admin":         testVouch,
			"proven by a code":           testEmailProven,
			"how many codes":             testCodeLimits,
			"identities as asserted":     testAssertedIdentities,
			"an attempt as asserted":     testAssertedAttempt,
			"facts beforehand":           testSignInFacts,
		},
		"one login": {
			"used again":         testLoginReused,
			"changed":            testLoginChanged,
			"given by an admin":  testLoginGiven,
			"answers":            testLoginAnswers,
			"at once":            testLoginRace,
			"from a version ago": testLoginUpgrade,
			"foreseen":           testLoginForeseen,
		},
		"at once": {
			"one answer fifty times":        testReplayRace,
			"a hundred first sign-ins":      testFirstSignInRace,
			"syncs of one person":           testSyncRace,
			"failures among others":         testFailuresAmongOthers,
			"revocations are never skipped": testRevocationOrder,
			"open":                          testOpenAtOnce,
			"concurrent guesses":            testGuesses,
			"one post twenty times":         testIdempotencyRace,
			"ten answers to one test":       testTestRunRace,
		},
		"audit": {
			"tampering":           testTampering,
			"forked":              testForkedChain,
			"planted":             testPlantedEvent,
			"head set back":       testHeadSetBack,
			"logged heads":        testLoggedHeads,
			"listed events":       testAuditEvents,
			"instance":            testInstanceChain,
			"survives a deletion": testAuditSurvives,
		},
		"group sync": {
			"history":               testHistory,
			"history of deleted":    testHistoryOfGone,
			"a person restored":     testRestoreUser,
			"a group restored":      testRestoreGroup,
			"near misses":           testNear,
			"admins":                testAdmins,
			"held":                  testHeld,
			"held once":             testHeldOnce,
			"drift":                 testDrift,
			"names":                 testNames,
			"expected":              testExpected,
			"reconciled":            testReconcile,
			"reloaded by the nodes": testInvalidated,
			"preview":               testPreview,
			"folded again":          testFolded,
			"IdP names":             testIDPNames,
			"IdP names match":       testIDPNamesMatch,
			"IdP names drift":       testIDPNamesDrift,
			"IdP names are near":    testIDPNamesNear,
		},
		"brake": {
			"window":             testBrakeWindow,
			"sweep":              testBrakeSweep,
			"takes over":         testBrakeTakesOver,
			"of others":          testBrakeOfOthers,
			"deleted connection": testHeldOfDeleted,
			"deleted group":      testStopOfDeleted,
		},
		"objects": {
			"enterprises":     testEnterprises,
			"organizations":   testOrganizations,
			"groups":          testGroups,
			"manual members":  testManualMembers,
			"deleted group":   testDeletedGroup,
			"users":           testUsers,
			"search":          testSearch,
			"search fuzzed":   testSearchAnything,
			"counted":         testCounted,
			"changed terms":   testFoundAgain,
			"connections":     testConnections,
			"refresh":         testConnectionsToRefresh,
			"reach":           testReach,
			"last connection": testLastConnection,
			"shadow":          testShadow,
			"domains":         testDomains,
			"tokens":          testTokens,
			"attempts":        testAttempts,
			"test runs":       testTestRuns,
			"pending tests":   testPendingTests,
			"large results":   testLargeResults,
			"applications":    testApplications,
			"signing keys":    testSigningKeys,
			"meta":            testMeta,
			"repeated posts":  testIdempotency,
			"closed":          testClosed,
			"pages":           testPages,
			"odd text":        testOddText,
			"sweep":           testSweep,
		},
		"sessions": {
			"lifetime":       testSessionLifetime,
			"revocation":     testRevocation,
			"single logout":  testSubjectSessions,
			"disabled":       testDisabledConnection,
			"groups":         testPrincipalGroups,
			"logout once":    testLogoutOnce,
			"announcements":  testAnnouncements,
			"pending logins": testPendingLogins,
		},
		"health": {
			"vitals":         testVitals,
			"enterprises":    testSummaries,
			"events":         testHealthEvents,
			"mailed once":    testHealthMailOnce,
			"mail addresses": testWhomToTell,
			"failing since":  testFailingSince,
			"activity":       testActivity,
		},
		"admins": {
			"invitations":         testInvitations,
			"one link":            testOneInvitation,
			"last recovery admin": testLastRecovery,
			"sessions":            testAdminSessions,
			"of an enterprise":    testEnterpriseAdmins,
			"enforced":            testEnforced,
			"setup links":         testSetupLinks,
			"setup links at once": testSetupLinkRace,
		},
		"tenants": {"foreign objects": testTenants, "trust": testTrust},
		"keys": {
			"secrets are sealed": testSecretsSealed,
			"wrong key":          testWrongKey,
			"rotation":           testRotation,
			"sealed in place":    testSealedInPlace,
		},
	}
}
