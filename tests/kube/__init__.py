"""`make kube`: the chart on a real cluster, with real interviews in it."""
