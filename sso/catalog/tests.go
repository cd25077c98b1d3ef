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
			"what was pasted is not a response that this connection could get",
			Operator, "paste the value of `SAMLResponse`, the XML of the response, or an ID token",
		},
		{
			"nothing_recorded", "Test connections",
			"the attempt got no further than the identity provider, so there is nothing to replay",
			Operator, "choose an attempt with claims, or test with a sign-in",
		},
	}
}
