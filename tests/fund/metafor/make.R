# What R's metafor finds on four sets of studies, for test_meta_metafor.py.
# Rscript make.R > results.csv   (Debian: r-cran-metafor)
library(metafor)
studies <- read.csv("studies.csv")
control <- list(threshold = 1e-13, tol = 1e-13, maxiter = 10000)
rows <- list()
for (name in unique(studies$set)) {
  part <- studies[studies$set == name, ]
  for (method in c("REML", "PM", "DL", "FE")) {
    for (test in if (method == "FE") "z" else c("knha", "z")) {
      iterative <- method %in% c("REML", "PM")
      fit <- rma(yi = estimate, sei = std_error, data = part, method = method, test = test,
                 control = if (iterative) control else list())
      rows[[length(rows) + 1]] <- data.frame(
        set = name, method = method, ci = ifelse(test == "knha", "hksj", "normal"),
        estimate = c(fit$beta), std_error = fit$se, conf_low = fit$ci.lb, conf_high = fit$ci.ub,
        tau2 = fit$tau2, q = fit$QE, q_p_value = fit$QEp, i2 = fit$I2 / 100)
    }
  }
}
options(digits = 15)
write.csv(do.call(rbind, rows), row.names = FALSE, quote = FALSE)
