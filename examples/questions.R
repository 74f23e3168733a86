# Three questions to a run, in R. See questions_numpy.py for the questions.
#
#   Rscript examples/questions.R [ARTIFACTS] [SUM]
#
# Files are read by pyarrow, through reticulate: RETICULATE_PYTHON names a Python that has it.
suppressPackageStartupMessages(library(reticulate))
pa <- import("pyarrow", convert = FALSE)

given <- commandArgs(trailingOnly = TRUE)
artifacts <- if (length(given) > 0) given[1] else "artifacts"
sum_mod_p <- if (length(given) > 1) as.integer(given[2]) else 50L

read <- function(path) pa$ipc$open_file(pa$memory_map(file.path(artifacts, path)))$read_all()
column <- function(table, name) unlist(py_to_r(table$column(name)$to_pylist()))

# Tensors of a hook as an R array: its dimensions in reverse, then the pairs, since R counts the first one fastest.
tensors <- function(table) {
  values <- table$column("value")$combine_chunks()$to_numpy_ndarray()
  bytes <- py_to_r(import_builtins(convert = FALSE)$bytearray(values$tobytes()))
  array(readBin(bytes, "numeric", length(bytes) / 4, size = 4), rev(unlist(py_to_r(values$shape))))
}

table <- read("activations/blocks.0.mlp.hook_post.arrow")
a <- column(table, "a")
b <- column(table, "b")
post <- tensors(table) # [neuron, pos, pair]
mean <- rowMeans(post[, 3, (a + b) %% (max(a) + 1L) == sum_mod_p])
cat("neurons [", paste(head(order(-mean), 10) - 1, collapse = ", "), "]\n", sep = "")

pattern <- tensors(read("activations/blocks.0.attn.hook_pattern.arrow")) # [key, query, head, pair]
spread <- apply(pattern[, 3, , ], c(1, 2), var)
cat("head", which.max(colSums(spread)) - 1, "\n")

history <- read("train/history.arrow")
epoch <- column(history, "epoch")[column(history, "test_loss") < 0.1]
cat("epoch", if (length(epoch) > 0) epoch[1] else "None", "\n")
