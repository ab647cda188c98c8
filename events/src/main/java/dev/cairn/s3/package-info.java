/** The file storage in Amazon S3. */
@NullMarked
package dev.cairn.s3;

import org.jspecify.annotations.NullMarked;
