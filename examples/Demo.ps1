# A real program under Strict: what it prints, what is in force, and what it is refused. Ends with 1 unless the level is Full.
Import-Module Sandbox

function Show([string] $Title) { ''; "== $Title"; '' }
$failures = 0

$program = @'
import os, platform, sqlite3, threading
print("Hello from Python", platform.python_version())
print("I am process", os.getpid(), "and user", os.getuid(), "of my own namespaces")
results = []
threads = [threading.Thread(target=lambda n=n: results.append(n * n)) for n in range(4)]
for thread in threads: thread.start()
for thread in threads: thread.join()
print("Threads:", sorted(results))
print("SQLite:", sqlite3.connect(":memory:").execute("select 6 * 7").fetchone()[0])
print("Files in /home:", os.path.exists("/home"), "- in /tmp:", os.listdir("/tmp"))
'@

Show 'Start-HardenedProcess python3 -Profile Strict -Wait'
$process = Start-HardenedProcess python3 -ArgumentList '-c', $program -Profile Strict -WorkingDirectory / -Wait
$process | Out-Host
$process.StandardOutput.TrimEnd()
if ($process.StandardError) { $process.StandardError }
"Exit code: $($process.ExitCode)"
"Level:     $($process.Level)"
if ($process.Level -ne 'Full' -or $process.ExitCode -ne 0) { $failures++ }

Show 'What is in force: $process.Outcome'
$process.Outcome | Out-Host

$attempts = @'
import ctypes, os, socket
def attempt(what, action):
    try:
        print(f"{what}: {action()} - NOT REFUSED")
    except OSError as error:
        print(f"{what}: {error.strerror}")
def libc(name, *arguments):
    if getattr(ctypes.CDLL(None, use_errno=True), name)(*arguments) < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
attempt("Read /etc/shadow", lambda: open("/etc/shadow").read())
attempt("Write to /usr/bin", lambda: open("/usr/bin/evil", "w"))
attempt("Mount a file system", lambda: libc("mount", b"none", b"/tmp", b"tmpfs", 0, None))
attempt("Trace another process", lambda: libc("ptrace", 16, 1, None, None))
attempt("Connect to 192.0.2.1:443", lambda: socket.create_connection(("192.0.2.1", 443), 2))
attempt("Become root", lambda: os.setuid(0))
'@

Show 'What is refused'
$refused = Start-HardenedProcess python3 -ArgumentList '-c', $attempts -WorkingDirectory / -Wait
$refused.StandardOutput.TrimEnd()
if ($refused.StandardError) { $refused.StandardError }
"Level: $($refused.Level)"
if ($refused.Level -ne 'Full' -or $refused.StandardOutput -like '*NOT REFUSED*' -or $refused.ExitCode -ne 0) { $failures++ }

Show 'Refused by its system call policy: $process.Denials'
$refused.Denials | Out-Host
if ('mount' -notin $refused.Denials.Syscall) { $failures++ }

Show 'Pipelines and exit codes: Invoke-HardenedProcess'
'pear', 'apple', 'fig' | Invoke-HardenedProcess sort
Invoke-HardenedProcess sh -ArgumentList '-c', 'exit 3'
"`$LASTEXITCODE: $LASTEXITCODE"
if ($LASTEXITCODE -ne 3) { $failures++ }

Show 'Fail closed: a program that needs more than it can have never starts'
try {
    Start-HardenedProcess /bin/true -Profile Standard -RequireLevel Full
    $failures++
}
catch {
    $_.Exception.Message
}

''
if ($failures) { "The demo failed in $failures places."; exit 1 }
'All of it as it should be.'
exit 0
