using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using Sigsum.Log.Diagnostics;
using Sigsum.Log.Diagnostics.Logging;

namespace Sigsum.Log.Tests.Diagnostics;

public sealed partial class LoggingTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 11, 23, 13, 7, 14, 5, TimeSpan.Zero));
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("sigsum-log-test-");

    public void Dispose() => _directory.Delete(recursive: true);

    [Fact]
    public void An_event_is_one_line_with_its_fields()
    {
        using var output = new CapturedOutput();
        using (LoggingSetup logging = Start(LogLevel.Information, output))
        {
            ILogger logger = logging.Factory.CreateLogger("Sigsum.Log.Sequencing.Sequencer");
            Stored(logger, 3, 120, "a b");
        }
        Assert.Equal("time=2026-11-23T13:07:14.005Z level=info source=Sequencer event=BatchStored "
            + "msg=\"stored 3 leaves at 120 for a b\" count=3 first_index=120 submitter=\"a b\"\n", output.Text);
    }

    [Fact]
    public void The_journal_gets_a_priority_and_no_time()
    {
        using var output = new CapturedOutput();
        using (var logging = LoggingSetup.Create(LogLevel.Debug, output, new LineFormatter(_time, journal: true)))
        {
            ILogger logger = logging.Factory.CreateLogger("Sigsum.X");
            foreach (LogLevel level in Enum.GetValues<LogLevel>().Where(level => level is > LogLevel.Trace and < LogLevel.None))
                Say(logger, level, "m");
        }
        Assert.Equal(
            ["<7>level=debug", "<6>level=info", "<4>level=warning", "<3>level=error", "<2>level=fatal"],
            output.Lines.Select(line => line[..line.IndexOf(' ', StringComparison.Ordinal)]));
    }

    [Theory]
    [InlineData("8:4711", "socket:[4711]", true)]
    [InlineData("8:4711", "socket:[4712]", false)]
    [InlineData("8:4711", "/var/log/x", false)]
    [InlineData(null, "socket:[4711]", false)]
    [InlineData("4711", "socket:[4711]", false)]
    [InlineData("8:4711", null, false)]
    public void The_journal_is_told_from_a_redirected_stream(string? variable, string? descriptor, bool expected) =>
        Assert.Equal(expected, Journal.IsStream(variable, descriptor));

    [Theory]
    [InlineData("debug", "debug info warning error fatal", "info warning error fatal")]
    [InlineData("info", "info warning error fatal", "warning error fatal")]
    [InlineData("warning", "warning error fatal", "warning error fatal")]
    [InlineData("error", "error fatal", "error fatal")]
    [InlineData("fatal", "fatal", "fatal")]
    public void Levels_let_through_what_they_say(string name, string ours, string frameworks)
    {
        Assert.Equal(ours, Passed("Sigsum.Log.Http.Routes"));
        Assert.Equal(frameworks, Passed("Microsoft.AspNetCore.Server.Kestrel"));
        Assert.Equal(frameworks, Passed("System.Net.Http.HttpClient"));

        string Passed(string category)
        {
            Assert.True(LogLevels.TryParse(name, out LogLevel minimum));
            using var output = new CapturedOutput();
            using (LoggingSetup logging = Start(minimum, output))
            {
                ILogger logger = logging.Factory.CreateLogger(category);
                for (LogLevel level = LogLevel.Debug; level < LogLevel.None; level++)
                    Say(logger, level, "m");
            }
            return string.Join(' ', output.Lines.Select(line => LogLine.Parse(line)[1].Value));
        }
    }

    [Theory]
    [InlineData("Info")]
    [InlineData("")]
    [InlineData("trace")]
    public void An_unknown_level_is_refused_with_the_known_ones(string name)
    {
        var e = Assert.Throws<ArgumentException>(() => LoggingSetup.Create(name, null, _time));
        Assert.Contains("debug, info, warning, error", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_exception_is_on_the_same_line_and_an_errors_stack_too()
    {
        using var output = new CapturedOutput();
        using (LoggingSetup logging = Start(LogLevel.Information, output))
        {
            ILogger logger = logging.Factory.CreateLogger("Sigsum.X");
            Exception thrown = Record.Exception(Throw)!;
            Failed(logger, LogLevel.Warning, thrown);
            Failed(logger, LogLevel.Error, thrown);
        }
        Assert.Equal(2, output.Lines.Length);
        Assert.Equal("IOException: disk\nfull <- TimeoutException: slow",
            LogLine.Parse(output.Lines[0]).Single(pair => pair.Key == "error").Value);
        Assert.DoesNotContain("stack=", output.Lines[0], StringComparison.Ordinal);
        Assert.Contains(nameof(Throw),
            LogLine.Parse(output.Lines[1]).Single(pair => pair.Key == "stack").Value, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_is_appended_to_and_opened_again_after_it_was_moved()
    {
        string path = Path.Combine(_directory.FullName, "log");
        File.WriteAllText(path, "before\n");
        using (LoggingSetup logging = LoggingSetup.Create("info", path, _time))
        {
            ILogger logger = logging.Factory.CreateLogger("Sigsum.X");
            Say(logger, LogLevel.Information, "one");
            Assert.True(logging.Flush(Patience));
            File.Move(path, path + ".1");
            Say(logger, LogLevel.Information, "two");
            Assert.True(logging.Flush(Patience));
            Assert.False(File.Exists(path));
            logging.Reopen();
            Say(logger, LogLevel.Information, "three");
        }
        Assert.Equal(["before", "one", "two"], Messages(path + ".1"));
        Assert.Equal(["three"], Messages(path));
    }

    [Fact]
    public void A_file_that_cannot_be_opened_is_an_error_at_start_and_not_at_reopening()
    {
        Assert.ThrowsAny<IOException>(() => LoggingSetup.Create("info", Path.Combine(_directory.FullName, "no/log"), _time));

        DirectoryInfo sub = _directory.CreateSubdirectory("sub");
        string moved = Path.Combine(_directory.FullName, "moved");
        using (LoggingSetup logging = LoggingSetup.Create("info", Path.Combine(sub.FullName, "log"), _time))
        {
            Directory.Move(sub.FullName, moved);
            logging.Reopen();
            ILogger logger = logging.Factory.CreateLogger("Sigsum.X");
            Say(logger, LogLevel.Information, "still here");
        }
        string[] messages = Messages(Path.Combine(moved, "log"));
        Assert.StartsWith("cannot reopen the log file", messages[0], StringComparison.Ordinal);
        Assert.Equal("still here", messages[1]);
    }

    private static void Throw() => throw new IOException("disk\nfull", new TimeoutException("slow"));

    private static string[] Messages(string path) => [.. File.ReadAllLines(path)
        .Select(line => line.Contains('=', StringComparison.Ordinal)
            ? LogLine.Parse(line).Single(pair => pair.Key == "msg").Value : line)];

    private LoggingSetup Start(LogLevel minimum, CapturedOutput output) =>
        LoggingSetup.Create(minimum, output, new LineFormatter(_time, journal: false));

    [LoggerMessage(EventName = "BatchStored", Level = LogLevel.Information,
        Message = "stored {Count} leaves at {FirstIndex} for {Submitter}")]
    private static partial void Stored(ILogger logger, int count, ulong firstIndex, string submitter);

    [LoggerMessage(EventName = "Said", Message = "{Text}")]
    private static partial void Say(ILogger logger, LogLevel level, string text);

    [LoggerMessage(EventName = "Failed", Message = "it failed")]
    private static partial void Failed(ILogger logger, LogLevel level, Exception exception);
}
