/** S3 in memory: a checkpoint storage. */
@NullMarked
package dev.cairn.inmemory.s3;

import org.jspecify.annotations.NullMarked;
