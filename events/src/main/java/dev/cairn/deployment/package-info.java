/** The environment of a deployed function, and the clients and the storage created from it. */
@NullMarked
package dev.cairn.deployment;

import org.jspecify.annotations.NullMarked;
