# Waits beside a worker. When standard input ends without a word, the worker was killed: then every
# process that bears the marks of its tasks is killed, and nothing else is touched.
#
# Arguments: ORRERY_RUN=<mark>, the first digits of the tags, the beginning of the paths of the
# worker's control groups, if there are any.
trap '' HUP INT TERM
mark=$1
tag=$2
shift 2

if read -r _; then
    exit 0
fi

marked() {
    grep -lsaF -e "$mark" /proc/[0-9]*/environ
    grep -lsE -e "^Max file locks +$tag" /proc/[0-9]*/limits
}

round=0
quiet=0
while [ "$round" -lt 100 ] && [ "$quiet" -lt 3 ]; do
    for group in "$@"; do
        for leaf in "$group"*; do
            if [ -w "$leaf/cgroup.kill" ]; then
                echo 1 >"$leaf/cgroup.kill"
            elif [ -w "$leaf/pids.max" ]; then
                echo 0 >"$leaf/pids.max"
                for pid in $(cat "$leaf/cgroup.procs"); do
                    kill -KILL "$pid"
                done
            fi
        done
    done
    quiet=$((quiet + 1))
    for file in $(marked); do
        pid=${file#/proc/}
        if kill -KILL "${pid%%/*}"; then
            quiet=0
        fi
    done
    round=$((round + 1))
    sleep 0.1 || sleep 1
done
