/**
 * State as it is stored: keys sorted by their Kinesis hash, runs of changes, and the manifests that
 * name them.
 */
@NullMarked
package dev.cairn.state;

import org.jspecify.annotations.NullMarked;
