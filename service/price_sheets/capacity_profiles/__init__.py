"""What a unit serves, out of measurements: data of its own, with source and versions, which offers refer to."""
