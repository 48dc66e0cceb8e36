using System.Globalization;
using System.Runtime.InteropServices;
using Sandbox.Seccomp;

namespace Sandbox.Tests.Seccomp.Analysis;

public class ArgumentConstantsTests
{
    [Fact]
    public void The_values_are_those_of_the_C_headers()
    {
        Assert.SkipUnless(RuntimeInformation.ProcessArchitecture == Architecture.X64, "the values are those of x86-64");
        string[] names = ["AF_VSOCK", "AF_NETLINK", "SOCK_CLOEXEC", "PROT_EXEC", "MAP_ANONYMOUS", "CLONE_NEWUSER", "CLONE_NEWTIME", "TIOCSTI", "TIOCLINUX", "TIOCGWINSZ", "FIONREAD", "O_CLOEXEC", "O_CREAT", "PR_SET_NO_NEW_PRIVS", "SIGKILL", "F_SETFL", "RLIMIT_NOFILE", "MADV_FREE", "SCHED_FIFO", "AT_FDCWD"];
        string directory = Directory.CreateTempSubdirectory("constants-").FullName;
        try
        {
            string source = "#define _GNU_SOURCE\n#include <stdio.h>\n#include <sys/socket.h>\n#include <sys/mman.h>\n#include <sched.h>\n#include <linux/sched.h>\n#include <sys/ioctl.h>\n#include <fcntl.h>\n#include <sys/prctl.h>\n#include <signal.h>\n#include <sys/resource.h>\n#include <linux/tty.h>\n#ifndef TIOCLINUX\n#define TIOCLINUX 0x541C\n#endif\nint main(void){"
                + string.Concat(names.Select(name => $"printf(\"%llu\\n\",(unsigned long long)({name}));")) + "return 0;}";
            var (code, output, error) = CProgram.Run(CProgram.Compile(source, directory), []);
            Assert.True(code == 0, error);
            Assert.Equal(output.Split('\n', StringSplitOptions.RemoveEmptyEntries), names.Select(name => ArgumentConstants.Parse(name).ToString(CultureInfo.InvariantCulture)));
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    [Theory]
    [InlineData("40", 40ul)]
    [InlineData("0x28", 40ul)]
    [InlineData("-1", ulong.MaxValue)]
    [InlineData("18446744073709551615", ulong.MaxValue)]
    [InlineData("CLONE_NEWNS|CLONE_NEWPID", 0x2002_0000ul)]
    [InlineData("O_WRONLY | 0x40", 0x41ul)]
    public void Numbers_and_names_are_read(string text, ulong value) => Assert.Equal(value, ArgumentConstants.Parse(text));

    [Theory]
    [InlineData("")]
    [InlineData("0x")]
    [InlineData("18446744073709551616")]
    [InlineData("1.5")]
    [InlineData("AF_VSOCK|")]
    public void Anything_else_is_an_error(string text) => Assert.Equal("SeccompCall,BAD_ARGUMENT", Assert.Throws<SandboxException>(() => ArgumentConstants.Parse(text)).ErrorId);

    [Fact]
    public void A_misspelt_name_gets_a_suggestion() => Assert.Contains("AF_VSOCK", Assert.Throws<SandboxException>(() => ArgumentConstants.Parse("AF_VSOK")).Message, StringComparison.Ordinal);
}
