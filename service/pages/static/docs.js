const reference = document.getElementById("reference");
SwaggerUIBundle({ url: reference.dataset.document, domNode: reference, deepLinking: true, validatorUrl: null });

// Swagger UI has dark colours but does not ask what its reader prefers.
const dark = matchMedia("(prefers-color-scheme: dark)");
const follow = () => document.documentElement.classList.toggle("dark-mode", dark.matches);
dark.addEventListener("change", follow);
follow();
