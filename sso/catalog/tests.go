package catalog

// testCodes returns the codes of test connections.
func testCodes() []Entry {
	return []Entry{
		{
			"test_over", "Test connections",
			"the test connection has ended already, or the browser did not return from the identity provider within ten minutes",
			Person, "start another one",
		},
		{
			"capture_unreadable", "Test connections",
			"the pasted text is not a response that this connection could receive",
			Operator, "paste the value of `SAMLResponse`, the XML of the response, or an ID token",
		},
		{
			"nothing_recorded", "Test connections",
			"the attempt ended at the identity provider, so there is nothing to replay",
			Operator, "choose an attempt with claims, or test with a sign-in",
		},
	}
}
