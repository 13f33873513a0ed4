const reference = document.getElementById("reference");
SwaggerUIBundle({ url: reference.dataset.document, domNode: reference, deepLinking: true, validatorUrl: null });
