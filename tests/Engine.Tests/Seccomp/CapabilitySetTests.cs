using System.Net;
using System.Net.Sockets;
using System.Text;
using Sandbox.Seccomp;

namespace Sandbox.Tests.Seccomp;

/// <summary>
/// Under each of the sets that say what a program does, a real program does it; and what the set is not for is refused, though it is
/// something that anybody may do without a filter.
/// </summary>
public class CapabilitySetTests
{
    private const string Python = "/usr/bin/python3";

    private const string Server = """
        import http.server, threading
        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                if self.path == '/old':
                    self.send_response(302)
                    self.send_header('Location', '/new')
                else:
                    self.send_response(200)
                    self.send_header('X-Echo', self.headers.get('X-Sent', 'none'))
                self.end_headers()
                if self.path != '/old': self.wfile.write(b'at ' + self.path.encode())
            def log_message(self, *a): pass
        server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), Handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        url = 'http://127.0.0.1:%d' % server.server_port

        """;

    private const string Socket = "import socket; socket.socket(socket.AF_INET, socket.SOCK_STREAM)";
    private const string Folder = "import os; os.mkdir(os.environ['FOLDER'] + '/outside')";

    public static TheoryData<string, string, string, string> Programs => new()
    {
        {
            "@cap-sql-query", """
                import os, sqlite3
                db = sqlite3.connect(os.environ['FOLDER'] + '/data.db')
                db.execute('PRAGMA journal_mode=WAL')
                with db:
                    db.execute('create table item(name text, price int)')
                    db.executemany('insert into item values(?, ?)', [('n%d' % i, i) for i in range(1000)])
                print(db.execute('select sum(price) from item where name like ?', ('n99%',)).fetchone()[0])
                db.execute('vacuum')
                db.close()
                """,
            "10044", "import os; os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))"
        },
        {
            "@cap-file-io", """
                import os, shutil, tempfile
                home = os.environ['FOLDER']
                with open(home + '/a', 'w') as f: f.write('line\n' * 1000)
                os.rename(home + '/a', home + '/b')
                shutil.copy2(home + '/b', home + '/c')
                os.symlink('c', home + '/d')
                os.chmod(home + '/c', 0o600)
                os.truncate(home + '/b', 10)
                with tempfile.TemporaryDirectory(dir=home) as t: open(t + '/x', 'w').close()
                print(os.stat(home + '/d').st_size, os.path.getsize(home + '/b'), sorted(os.listdir(home)))
                shutil.rmtree(home + '/sub', ignore_errors=True)
                """,
            "5000 10 ['b', 'c', 'd']", Socket
        },
        {
            "@cap-ssrf", """
                import os, socket, urllib.request
                port = int(os.environ['PORT'])
                print(urllib.request.urlopen('http://127.0.0.1:%d/page' % port).read().decode())
                """,
            "served", "import os; os.symlink('x', os.environ['FOLDER'] + '/outside')"
        },
        {
            "@cap-code-execution", """
                import os, subprocess
                os.chdir(os.environ['FOLDER'])
                open('p.c', 'w').write('#include <stdio.h>\nint main(void) { return printf("%d\\n", 6 * 7) != 3; }\n')
                subprocess.run(['gcc', '-O2', '-o', 'p', 'p.c'], check=True)
                print(subprocess.run(['sh', '-c', './p | cat'], check=True, capture_output=True, text=True).stdout.strip(), eval('1 + 1'))
                """,
            "42 2", "import ctypes, os; libc = ctypes.CDLL(None, use_errno=True)\nif libc.ptrace(0, 0, 0, 0) == -1: raise OSError(ctypes.get_errno(), 'ptrace')"
        },
        {
            "@cap-header-injection", Server + """
                import email, http.client
                connection = http.client.HTTPConnection('127.0.0.1', server.server_port)
                connection.request('GET', '/', headers={'X-Sent': 'value'})
                try: connection.putheader('X', 'a\r\nb')
                except Exception as e: print(type(e).__name__)
                print(connection.getresponse().headers['X-Echo'], email.message_from_string('A: b\n c\n\nbody')['A'].split())
                """,
            "CannotSendHeader\nvalue ['b', 'c']", Folder
        },
        {
            "@cap-redirect", Server + """
                import urllib.request
                response = urllib.request.urlopen(url + '/old')
                print(response.read().decode(), response.geturl() == url + '/new')
                """,
            "at /new True", Folder
        },
        {
            "@cap-html-escape", """
                import html, sys, concurrent.futures
                with concurrent.futures.ThreadPoolExecutor(2) as pool: print(*pool.map(html.escape, ['<a href="x">', "'&'"]))
                """,
            "&lt;a href=&quot;x&quot;&gt; &#x27;&amp;&#x27;", Socket
        },
        {
            "@cap-deserialisation", """
                import collections, decimal, json, os, pickle
                file = os.environ['FOLDER'] + '/object'
                with open(file, 'wb') as f: pickle.dump(collections.OrderedDict(a=decimal.Decimal('1.5'), b=[1, 2]), f)
                with open(file, 'rb') as f: print(pickle.load(f)['a'], json.loads('{"x": [1]}')['x'])
                """,
            "1.5 [1]", Socket
        },
    };

    [Theory]
    [MemberData(nameof(Programs))]
    public void A_program_does_what_the_set_is_for_and_nothing_outside(string set, string source, string output, string outside)
    {
        Assert.SkipUnless(File.Exists(Python), $"needs {Python}");
        using var child = new FilteredChild();
        using var page = new Page();
        var filter = SeccompCompiler.Compile(new(set, SeccompAction.Errno, [new([set], SeccompAction.Allow)]));
        Assert.Equal(output, InFolder(folder => child.Execute(filter, Command(folder, source))));
        string attempt = $"try:\n    {outside.Replace("\n", "\n    ", StringComparison.Ordinal)}\n    print('done')\nexcept PermissionError: print('refused')";
        Assert.Equal("done", InFolder(folder => CProgram.Run("/usr/bin/env", Command(folder, attempt)[1..])));
        Assert.Equal("refused", InFolder(folder => child.Execute(filter, Command(folder, attempt))));

        string[] Command(string folder, string program) => ["/usr/bin/env", $"FOLDER={folder}", $"PORT={page.Port}", Python, "-c", program];
    }

    [Fact]
    public void Other_programs_than_python_do_it_too()
    {
        using var child = new FilteredChild();
        using var page = new Page();
        string Run(string set, params string[] command) => InFolder(folder =>
            child.Execute(SeccompCompiler.Compile(new(set, SeccompAction.Errno, [new([set], SeccompAction.Allow)])), [.. command.Select(word => word.Replace("FOLDER", folder, StringComparison.Ordinal))]));
        string?[] ran =
        [
            If("/usr/bin/curl", () => Assert.Equal("served", Run("@cap-ssrf", "/usr/bin/curl", "-sS", $"http://127.0.0.1:{page.Port}/"))),
            If("/usr/bin/sqlite3", () => Assert.Equal("3", Run("@cap-sql-query", "/usr/bin/sqlite3", "FOLDER/d.db", "create table t(x); insert into t values(1),(2); select sum(x) from t"))),
            If("/usr/bin/tar", () => Assert.Equal("etc/hostname", Run("@cap-file-io", "/bin/sh", "-c", "tar -C / -cf FOLDER/t etc/hostname && tar -tf FOLDER/t"))),
            If("/usr/bin/perl", () => Assert.Equal("&lt;b&gt;", Run("@cap-html-escape", "/usr/bin/perl", "-e", "$_ = '<b>'; s/</&lt;/; s/>/&gt;/; print"))),
            If("/usr/bin/node", () => Assert.Equal("[1]", Run("@cap-deserialisation", "/usr/bin/node", "-p", "JSON.stringify(JSON.parse('{\"x\":[1]}').x)"))),
        ];
        Assert.SkipWhen(ran.All(name => name is null), "none of the programs is installed");

        static string? If(string program, Action test)
        {
            if (!File.Exists(program)) return null;
            test();
            return program;
        }
    }

    private static string InFolder(Func<string, (int Code, string Output, string Error)> run)
    {
        string folder = Directory.CreateTempSubdirectory("capability-set-").FullName;
        try
        {
            var (code, output, error) = run(folder);
            Assert.True(code == 0, $"{code}: {output}{error}");
            return output.Trim();
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>A server on loopback with one page.</summary>
    private sealed class Page : IDisposable
    {
        private readonly TcpListener listener = new(IPAddress.Loopback, 0);
        private readonly Task answers;

        public Page()
        {
            listener.Start();
            Port = ((IPEndPoint)listener.LocalEndpoint).Port;
            answers = AnswerAsync();
        }

        public int Port { get; }

        public void Dispose()
        {
            listener.Stop();
            answers.Wait(TimeSpan.FromSeconds(5));
        }

        private async Task AnswerAsync()
        {
            try
            {
                while (true)
                {
                    using var client = await listener.AcceptTcpClientAsync();
                    var stream = client.GetStream();
                    _ = await stream.ReadAsync(new byte[4096].AsMemory());
                    await stream.WriteAsync(Encoding.ASCII.GetBytes("HTTP/1.0 200 OK\r\nContent-Length: 6\r\nConnection: close\r\n\r\nserved"));
                }
            }
            catch (SocketException)
            {
                // The listener was stopped.
            }
            catch (ObjectDisposedException)
            {
            }
        }
    }
}
