/**
 * Cairn in a stack: the construct that makes all that a job needs in AWS, and the example's app.
 */
@NullMarked
package dev.cairn.cdk;

import org.jspecify.annotations.NullMarked;
