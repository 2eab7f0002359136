"""Word files (.docx) as a person reads them: body, text boxes, notes, headers, numbers of clauses."""
