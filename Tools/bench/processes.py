"""What the benches share: running a command to its end with a watch on it, and naming the machine."""
import os
import platform
import subprocess
import sys
import time
from pathlib import Path


def measured(command):
    """Runs to the end → (what it printed, {wall and processor seconds, peak resident MiB})."""
    start = time.perf_counter()
    process = subprocess.Popen(list(map(str, command)), stdout=subprocess.PIPE)
    # A caption, or a line a step, is far shorter than a pipe's buffer: all is there once the process is gone.
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    text = process.stdout.read().decode().strip()
    process.stdout.close()
    if process.returncode != 0:
        sys.exit(f"exit code {process.returncode} of: {' '.join(map(str, command))}")
    return text, {"wall": wall, "user": usage.ru_utime, "system": usage.ru_stime, "memory": usage.ru_maxrss / 1024}


def machine():
    model = platform.processor() or platform.machine()
    if Path("/proc/cpuinfo").exists():
        names = [l.split(":", 1)[1].strip() for l in open("/proc/cpuinfo") if l.startswith("model name")]
        model = names[0] if names else model
    return f"{model}, {os.cpu_count()} processors, load {os.getloadavg()[0]:.1f}"
