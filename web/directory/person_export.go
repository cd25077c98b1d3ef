package directory

import (
	"fmt"
	"net/http"
	"time"

	"gatehouse/web/console"
	"gatehouse/web/ui"
)

// exportPerson downloads what is known about a user. It is a POST, since each export is
// audited, and no other site may cause one.
func (d *Directory) exportPerson(w http.ResponseWriter, r *http.Request, v console.Visit) error {
	u, err := d.userOf(r, v)
	if err != nil {
		return err
	}
	file := &exportedFile{
		response: w,
		name:     "person-" + d.Now().UTC().Format(time.DateOnly) + ".json",
	}
	err = d.Service.ExportUser(r.Context(), v.Actor, v.Enterprise.ID, u.ID, file)
	if err != nil && file.begun {
		panic(http.ErrAbortHandler) // so that the document does not seem complete
	}
	if err != nil {
		return fmt.Errorf("export a person: %w", err)
	}
	return nil
}

// exportPress returns the button of the download on the page of a user.
func exportPress(here, name string) ui.Press {
	return ui.Press{
		Label:  "Download everything",
		About:  "Download everything about " + name,
		Action: here + "/export",
	}
}

// exportedFile is a download that is written part by part; the client has a minute for
// each. Its header is written with the first one: before, the failure page is possible.
type exportedFile struct {
	response http.ResponseWriter
	name     string // without the person's, since files are passed on
	begun    bool
}

func (f *exportedFile) Write(part []byte) (int, error) {
	if !f.begun {
		f.begun = true
		f.response.Header().Set("Content-Type", "application/json")
		f.response.Header().Set("Content-Disposition", `attachment; filename="`+f.name+`"`)
		f.response.Header().Set("Cache-Control", "no-store")
	}
	_ = http.NewResponseController(f.response).SetWriteDeadline(time.Now().Add(time.Minute))
	return f.response.Write(part)
}
