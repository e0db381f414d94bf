# Read by gunicorn from the folder it is started in.
workers = 2
threads = 4
worker_tmp_dir = "/dev/shm"  # noqa: S108
logger_class = "clinic.logs.QuietGunicornLogger"
accesslog = None  # an access log would hold who looked at which case
control_socket_disable = True
umask = 0o077
