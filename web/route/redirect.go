package route

import "net/http"

// SeeOther sends the browser on with a 303. It is written out and not
// http.Redirect, which would resolve target and so could change what was checked.
func SeeOther(w http.ResponseWriter, target string) error {
	w.Header().Set("Location", target)
	w.WriteHeader(http.StatusSeeOther)
	return nil
}
