/** What each port promises, as suites that run on every implementation of it: simulated, embedded and LocalStack's. */
@NullMarked
package dev.cairn.contracts;

import org.jspecify.annotations.NullMarked;
